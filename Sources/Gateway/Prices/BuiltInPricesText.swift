extension BuiltInPrices {
  /// The day of the price lists that `text` restates.
  static let date = "2026-11"

  /// What `appliance simulate` charges, so that a first run shows costs.
  static let simulated = """
    [*]
    sim-small in=0.10 cached=0.01 out=0.40 max_out=16384
    sim-large in=2.50 cached=0.25 out=10 max_out=32768
    """

  /// Mainstream models of eight vendors, in the format that `BuiltInPrices` reads.
  static let text = """
    [openai]
    gpt-4.1 in=2 out=8 cached=0.5 in:batch=1 out:batch=4 priority*1.75 max_out=32768
    gpt-4.1-mini in=0.4 out=1.6 cached=0.1 in:batch=0.2 out:batch=0.8 priority*1.75 max_out=32768
    gpt-4o in=2.5 out=10 cached=1.25 in:batch=1.25 out:batch=5 in:priority=4.25 out:priority=17
      cached:priority=2.125 max_out=16384
    gpt-4o-mini in=0.15 out=0.6 cached=0.075 in:batch=0.075 out:batch=0.3 in:priority=0.25
      out:priority=1 cached:priority=0.125 max_out=16384
    gpt-4o-mini-transcribe in=1.25 out=5 audio_in=1.25 second=0.00005 max_out=2000
      mode=audio_transcription
    gpt-4o-mini-tts in=0.6 out=10 audio_out=12 mode=audio_speech
    gpt-4o-transcribe in=2.5 out=10 audio_in=2.5 second=0.0001 max_out=2000
      mode=audio_transcription
    gpt-4o-transcribe-diarize in=2.5 out=10 audio_in=2.5 second=0.0001 max_out=2000
      mode=audio_transcription
    gpt-5 in=1.25 out=10 cached=0.125 batch*0.5 flex*0.5 priority*2 max_out=128000
    gpt-5-mini in=0.25 out=2 cached=0.025 batch*0.5 flex*0.5 priority*1.8 max_out=128000
    gpt-5-nano in=0.05 out=0.4 cached=0.005 batch*0.5 flex*0.5 max_out=128000
    gpt-5-pro in=15 out=120 batch*0.5 max_out=272000
    gpt-5.1 in=1.25 out=10 cached=0.125 batch*0.5 flex*0.5 priority*2 max_out=128000
    gpt-5.2 in=1.75 out=14 cached=0.175 batch*0.5 flex*0.5 priority*2 max_out=128000
    gpt-5.3-codex in=1.75 out=14 cached=0.175 priority*2 max_out=128000
    gpt-5.4 in=2.5 out=15 cached=0.25 in>272k=5 out>272k=22.5 cached>272k=0.5 batch*0.5
      cached:batch=0.13 flex*0.5 cached:flex=0.13 in:priority=5 out:priority=30
      cached:priority=0.5 max_out=128000
    gpt-5.4-mini in=0.75 out=4.5 cached=0.075 batch*0.5 flex*0.5 priority*2 max_out=128000
    gpt-5.4-nano in=0.2 out=1.25 cached=0.02 batch*0.5 flex*0.5 max_out=128000
    gpt-5.5 in=5 out=30 cached=0.5 in>272k=10 out>272k=45 cached>272k=1 batch*0.5 flex*0.5
      in:priority=12.5 out:priority=75 cached:priority=1.25 max_out=128000
    gpt-5.5-pro in=30 out=180 in>272k=60 out>272k=270 batch*0.5 in:flex=15 out:flex=90
      max_out=128000
    gpt-5.6 in=4 out=20 cached=0.4 write=5 in>272k=8 out>272k=30 cached>272k=0.8 write>272k=10
      batch*0.5 flex*0.5 priority*2 max_out=128000
    gpt-5.6-luna in=0.2 out=1.2 cached=0.02 write=0.25 in>272k=0.4 out>272k=1.8 cached>272k=0.04
      write>272k=0.5 batch*0.5 flex*0.5 priority*2 max_out=128000
    gpt-5.6-sol in=4 out=20 cached=0.4 write=5 in>272k=8 out>272k=30 cached>272k=0.8
      write>272k=10 batch*0.5 flex*0.5 priority*2 max_out=128000
    gpt-5.6-terra in=2 out=12 cached=0.2 write=2.5 in>272k=4 out>272k=18 cached>272k=0.4
      write>272k=5 batch*0.5 flex*0.5 priority*2 max_out=128000
    gpt-6-astra in=10 out=50 cached=1 write=12.5 in>272k=20 out>272k=75 cached>272k=2
      write>272k=25 batch*0.5 flex*0.5 priority*2 ultrafast*6 max_out=128000
    gpt-6-luna in=0.1 out=0.5 cached=0.01 write=0.125 in>272k=0.2 out>272k=0.75 cached>272k=0.02
      write>272k=0.25 batch*0.5 flex*0.5 priority*2 max_out=128000
    gpt-6-sol in=2 out=10 cached=0.2 write=2.5 in>272k=4 out>272k=15 cached>272k=0.4 write>272k=5
      batch*0.5 flex*0.5 priority*2 max_out=128000
    gpt-6.1-sol in=2 out=10 cached=0.1 write=2.5 in>272k=4 out>272k=15 cached>272k=0.2
      write>272k=5 batch*0.5 flex*0.5 priority*2 ultrafast*6 max_out=128000
    gpt-6.1-terra in=1 out=5 cached=0.05 write=1.25 in>272k=2 out>272k=7.5 cached>272k=0.1
      write>272k=2.5 batch*0.5 flex*0.5 priority*2 max_out=128000
    gpt-audio in=2.5 out=10 audio_in=32 audio_out=64 max_out=16384
    gpt-audio-mini in=0.6 out=2.4 audio_in=10 audio_out=20 max_out=16384
    gpt-image-1-mini in=2 cached=0.2 image_in=2.5 image_out=8 cached_image=0.25 in:batch=1
      cached:batch=0.1 image_in:batch=1.25 mode=image_generation
    gpt-image-1.5 in=5 out=10 cached=1.25 image_in=8 image_out=32 cached_image=2 in:batch=2.5
      out:batch=5 cached:batch=0.63 image_in:batch=4 mode=image_generation
    gpt-image-2 in=5 cached=1.25 image_in=8 image_out=30 cached_image=2 in:batch=2.5
      cached:batch=0.625 image_in:batch=4 mode=image_generation
    gpt-image-2.5-flare in=5 cached=1.25 image_in=8 image_out=30 cached_image=2 in:batch=2.5
      cached:batch=0.625 image_in:batch=4 mode=image_generation
    gpt-image-2.5-sunburst in=5 cached=1.25 image_in=8 image_out=30 cached_image=2 in:batch=2.5
      cached:batch=0.625 image_in:batch=4 mode=image_generation
    gpt-transcribe second=0.000075 mode=audio_transcription
    o3 in=2 out=8 cached=0.5 in:batch=1 out:batch=4 flex*0.5 priority*1.75 max_out=100000
    o3-pro in=20 out=80 batch*0.5 max_out=100000
    text-embedding-3-large in=0.13 out=0 batch*0.5 mode=embedding
    text-embedding-3-small in=0.02 out=0 batch*0.5 mode=embedding
    text-embedding-ada-002 in=0.1 out=0 mode=embedding
    tts-1 character=0.000015 mode=audio_speech
    tts-1-hd character=0.00003 mode=audio_speech
    whisper-1 second=0.0001 mode=audio_transcription
    o1 in=15 out=60 cached=7.5 in:batch=7.5 out:batch=30 max_out=100000
    o3-mini in=1.1 out=4.4 cached=0.55 in:batch=0.55 out:batch=2.2 max_out=100000
    o4-mini in=1.1 out=4.4 cached=0.275 in:batch=0.55 out:batch=2.2 flex*0.5 cached:flex=0.138
      in:priority=2 out:priority=8 cached:priority=0.5 max_out=100000
    gpt-4.1-nano in=0.1 out=0.4 cached=0.025 in:batch=0.05 out:batch=0.2 priority*2 max_out=32768
    gpt-4-turbo in=10 out=30 max_out=4096
    gpt-3.5-turbo in=0.5 out=1.5 max_out=4096
    [anthropic]
    claude-fable-5 in=10 out=50 cached=1 write=12.5 write1h=20 in:batch=5 out:batch=25
      cached:batch=0.5 write:batch=6.25 x.us=1.1 max_out=128000
    claude-fable-5-1 in=10 out=50 cached=0.25 write=12.5 write1h=20 in:batch=5 out:batch=25
      cached:batch=0.125 write:batch=6.25 x.us=1.1 max_out=128000
    claude-haiku-4-5 in=1 out=5 cached=0.1 write=1.25 write1h=2 in:batch=0.5 out:batch=2.5
      cached:batch=0.05 write:batch=0.625 max_out=64000
    claude-haiku-5-5 in=0.1 out=0.5 cached=0.01 write=0.125 write1h=0.2 in>100k=0.5 out>100k=2.5
      cached>100k=0.05 write>100k=0.625 write1h>100k=1 in:batch=0.05 out:batch=0.25
      cached:batch=0.005 write:batch=0.0625 in>100k:batch=0.25 out>100k:batch=1.25
      cached>100k:batch=0.025 write>100k:batch=0.3125 x.us=1.1 max_out=128000
    claude-mythos-5 in=10 out=50 cached=1 write=12.5 write1h=20 in:batch=5 out:batch=25
      cached:batch=0.5 write:batch=6.25 x.us=1.1 max_out=128000
    claude-mythos-5-1 in=10 out=50 cached=0.25 write=12.5 write1h=20 in:batch=5 out:batch=25
      cached:batch=0.125 write:batch=6.25 x.us=1.1 max_out=128000
    claude-opus-4-5 in=5 out=25 cached=0.5 write=6.25 write1h=10 in:batch=2.5 out:batch=12.5
      cached:batch=0.25 write:batch=3.125 max_out=64000
    claude-opus-4-6 in=5 out=25 cached=0.5 write=6.25 write1h=10 in:batch=2.5 out:batch=12.5
      cached:batch=0.25 write:batch=3.125 x.us=1.1 max_out=128000
    claude-opus-4-7 in=5 out=25 cached=0.5 write=6.25 write1h=10 in:batch=2.5 out:batch=12.5
      cached:batch=0.25 write:batch=3.125 x.us=1.1 max_out=128000
    claude-opus-4-8 in=5 out=25 cached=0.5 write=6.25 write1h=10 in:batch=2.5 out:batch=12.5
      cached:batch=0.25 write:batch=3.125 x.fast=2 x.us=1.1 max_out=128000
    claude-opus-5 in=5 out=25 cached=0.5 write=6.25 write1h=10 in:batch=2.5 out:batch=12.5
      cached:batch=0.25 write:batch=3.125 x.fast=2 x.us=1.1 max_out=128000
    claude-opus-5-5 in=4 out=20 cached=0.2 write=5 write1h=8 in:batch=2 out:batch=10
      cached:batch=0.1 write:batch=2.5 x.fast=2 x.us=1.1 max_out=128000
    claude-sonnet-4-5 in=3 out=15 cached=0.3 write=3.75 write1h=6 in:batch=1.5 out:batch=7.5
      cached:batch=0.15 write:batch=1.875 max_out=64000
    claude-sonnet-4-6 in=3 out=15 cached=0.3 write=3.75 write1h=6 in:batch=1.5 out:batch=7.5
      cached:batch=0.15 write:batch=1.875 x.us=1.1 max_out=128000
    claude-sonnet-5 in=2 out=10 cached=0.2 write=2.5 write1h=4 in:batch=1 out:batch=5
      cached:batch=0.1 write:batch=1.25 x.us=1.1 max_out=128000
    claude-sonnet-5-5 in=2 out=10 cached=0.1 write=2.5 write1h=4 in:batch=1 out:batch=5
      cached:batch=0.05 write:batch=1.25 x.us=1.1 max_out=128000
    claude-opus-4-1 in=15 out=75 cached=1.5 write=18.75 write1h=30 max_out=32000
    [gemini gemini/]
    gemini-2.5-flash in=0.3 out=2.5 cached=0.03 think=2.5 audio_in=1 cached_audio=0.1
      in:batch=0.15 out:batch=1.25 cached:batch=0.03 audio_in:batch=0.5 cached_audio:batch=0.1
      in:flex=0.15 out:flex=1.25 cached:flex=0.03 audio_in:flex=0.5 cached_audio:flex=0.1
      in:priority=0.54 out:priority=4.5 cached:priority=0.054 audio_in:priority=1.8
      cached_audio:priority=0.18 max_out=65536
    gemini-2.5-flash-image in=0.3 out=2.5 cached=0.03 think=2.5 audio_in=1 image_out=30
      image=0.039 in:batch=0.15 out:batch=1.25 in:flex=0.15 out:flex=1.25 in:priority=0.54
      out:priority=4.5 max_out=32768 mode=image_generation
    gemini-2.5-flash-lite in=0.1 out=0.4 cached=0.01 think=0.4 audio_in=0.3 cached_audio=0.03
      in:batch=0.05 out:batch=0.2 cached:batch=0.01 audio_in:batch=0.15 cached_audio:batch=0.03
      in:flex=0.05 out:flex=0.2 cached:flex=0.01 audio_in:flex=0.15 cached_audio:flex=0.03
      in:priority=0.18 out:priority=0.72 cached:priority=0.018 audio_in:priority=0.54
      cached_audio:priority=0.054 max_out=65536
    gemini-2.5-pro in=1.25 out=10 cached=0.125 in>200k=2.5 out>200k=15 cached>200k=0.25
      in:batch=0.625 out:batch=5 cached:batch=0.125 in>200k:batch=1.25 out>200k:batch=7.5
      cached>200k:batch=0.25 in:flex=0.625 out:flex=5 cached:flex=0.125 priority*1.8
      max_out=65536
    gemini-3-flash-preview in=0.5 out=3 cached=0.05 think=3 audio_in=1 cached_audio=0.1
      in:batch=0.25 out:batch=1.5 cached:batch=0.05 audio_in:batch=0.5 cached_audio:batch=0.1
      in:flex=0.25 out:flex=1.5 cached:flex=0.05 audio_in:flex=0.5 cached_audio:flex=0.1
      in:priority=0.9 out:priority=5.4 cached:priority=0.09 audio_in:priority=1.8
      cached_audio:priority=0.18 max_out=65536
    gemini-3-pro-image in=2 out=12 image_out=120 image=0.134 in:batch=1 out:batch=6
      image_out:batch=60 in:flex=1 out:flex=6 in:priority=3.6 out:priority=21.6 max_out=32768
      mode=image_generation
    gemini-3.1-flash-image in=0.5 out=3 image_out=60 image=0.045 in:batch=0.25 out:batch=1.5
      image_out:batch=30 max_out=32768 mode=image_generation
    gemini-3.1-flash-lite in=0.25 out=1.5 cached=0.025 think=1.5 audio_in=0.5 cached_audio=0.05
      in:batch=0.125 out:batch=0.75 cached:batch=0.0125 audio_in:batch=0.25
      cached_audio:batch=0.025 in:flex=0.125 out:flex=0.75 cached:flex=0.0125 audio_in:flex=0.25
      cached_audio:flex=0.025 in:priority=0.45 out:priority=2.7 cached:priority=0.045
      audio_in:priority=0.9 cached_audio:priority=0.09 max_out=65536
    gemini-3.1-pro-preview in=2 out=12 cached=0.2 in>200k=4 out>200k=18 cached>200k=0.4
      in:batch=1 out:batch=6 cached:batch=0.2 in>200k:batch=2 out>200k:batch=9
      cached>200k:batch=0.4 in:flex=1 out:flex=6 cached:flex=0.2 priority*1.8 max_out=65536
    gemini-3.5-flash in=1.5 out=9 cached=0.15 think=9 audio_in=1.5 in:batch=0.75 out:batch=4.5
      cached:batch=0.075 in:flex=0.75 out:flex=4.5 cached:flex=0.08 in:priority=2.7
      out:priority=16.2 cached:priority=0.27 audio_in:priority=2.7 max_out=65536
    gemini-3.5-flash-lite in=0.3 out=2.5 cached=0.03 think=2.5 in:batch=0.15 out:batch=1.25
      cached:batch=0.02 in:flex=0.15 out:flex=1.25 cached:flex=0.02 in:priority=0.54
      out:priority=4.5 cached:priority=0.05 max_out=65536
    gemini-3.6-flash in=0.75 out=3.75 cached=0.075 think=3.75 in:batch=0.375 out:batch=1.875
      cached:batch=0.0375 in:flex=0.375 out:flex=1.875 cached:flex=0.0375 in:priority=1.35
      out:priority=6.75 cached:priority=0.135 max_out=65536
    gemini-3.7-flash in=0.75 out=3.75 cached=0.075 think=3.75 in:batch=0.375 out:batch=1.875
      cached:batch=0.0375 in:flex=0.375 out:flex=1.875 cached:flex=0.0375 in:priority=1.35
      out:priority=6.75 cached:priority=0.135 max_out=65536
    gemini-3.8-flash in=0.75 out=3.75 cached=0.075 think=3.75 in:batch=0.375 out:batch=1.875
      cached:batch=0.0375 in:flex=0.375 out:flex=1.875 cached:flex=0.0375 in:priority=1.35
      out:priority=6.75 cached:priority=0.135 max_out=65536
    gemini-4-argon in=2 out=10 cached=0.1 think=10 in:batch=1 out:batch=5 cached:batch=0.05
      in:flex=1 out:flex=5 cached:flex=0.05 in:priority=3.6 out:priority=18 cached:priority=0.18
      max_out=1048576
    gemini-embedding-001 in=0.15 out=0 in:batch=0.075 mode=embedding
    gemini-embedding-2 in=0.2 out=0 audio_in=6.5 image_in=0.45 in:batch=0.1 audio_in:batch=3.25
      image_in:batch=0.225 mode=embedding
    gemini-flash-latest in=0.75 out=3.75 cached=0.075 think=3.75 in:batch=0.375 out:batch=1.875
      in:flex=0.375 out:flex=1.875 cached:flex=0.0375 in:priority=1.35 out:priority=6.75
      cached:priority=0.135 max_out=65536
    gemini-flash-lite-latest in=0.3 out=2.5 cached=0.03 think=2.5 in:batch=0.15 out:batch=1.25
      in:flex=0.15 out:flex=1.25 cached:flex=0.02 in:priority=0.54 out:priority=4.5
      cached:priority=0.05 max_out=65536
    gemini-pro-latest in=2 out=12 cached=0.2 in>200k=4 out>200k=18 cached>200k=0.4 in:batch=1
      out:batch=6 in:flex=1 out:flex=6 cached:flex=0.2 priority*1.8 max_out=65536
    [vertex_ai-language-models]
    gemini-2.5-pro in=1.25 out=10 cached=0.125 in>200k=2.5 out>200k=15 cached>200k=0.25
      write>200k=0.25 in:batch=0.625 out:batch=5 in>200k:batch=1.25 out>200k:batch=7.5
      in:flex=0.625 out:flex=5 cached:flex=0.125 in:priority=2.25 out:priority=18
      cached:priority=0.225 in>200k:priority=4.5 out>200k:priority=27 cached>200k:priority=0.45
      max_out=65535
    gemini-2.5-flash in=0.3 out=2.5 cached=0.03 think=2.5 audio_in=1 cached_audio=0.1
      in:batch=0.15 out:batch=1.25 audio_in:batch=0.5 in:flex=0.15 out:flex=1.25 cached:flex=0.03
      in:priority=0.54 out:priority=4.5 cached:priority=0.054 audio_in:priority=1.8 max_out=65535
    gemini-2.5-flash-lite in=0.1 out=0.4 cached=0.01 think=0.4 audio_in=0.3 cached_audio=0.03
      in:batch=0.05 out:batch=0.2 audio_in:batch=0.05 in:flex=0.05 out:flex=0.2 cached:flex=0.01
      in:priority=0.18 out:priority=0.72 cached:priority=0.018 audio_in:priority=0.54
      max_out=65535
    gemini-3.1-pro-preview in=2 out=12 cached=0.2 image=0.00012 in>200k=4 out>200k=18
      cached>200k=0.4 write>200k=0.25 in:batch=1 out:batch=6 in>200k:batch=2 out>200k:batch=9
      in:flex=1 out:flex=6 in:priority=3.6 out:priority=21.6 cached:priority=0.36
      in>200k:priority=7.2 out>200k:priority=32.4 cached>200k:priority=0.72 max_out=65536
    gemini-3.5-flash in=1.5 out=9 cached=0.15 think=9 audio_in=1.5 in:batch=0.75 out:batch=4.5
      cached:batch=0.075 in:flex=0.75 out:flex=4.5 cached:flex=0.075 in:priority=2.7
      out:priority=16.2 cached:priority=0.27 audio_in:priority=2.7 max_out=65535
    gemini-3.6-flash in=0.75 out=3.75 cached=0.075 think=3.75 in:batch=0.375 out:batch=1.875
      cached:batch=0.0375 in:flex=0.375 out:flex=1.875 cached:flex=0.0375 in:priority=1.35
      out:priority=6.75 cached:priority=0.135 max_out=65536
    gemini-3.8-flash in=0.75 out=3.75 cached=0.075 think=3.75 in:batch=0.375 out:batch=1.875
      cached:batch=0.0375 in:flex=0.375 out:flex=1.875 cached:flex=0.0375 in:priority=1.35
      out:priority=6.75 cached:priority=0.135 max_out=65536
    [mistral mistral/]
    codestral-2508 in=0.3 out=0.9 cached=0.03 max_out=128000
    codestral-embed in=0.15 cached=0.015 mode=embedding
    codestral-latest in=0.3 out=0.9 cached=0.03 max_out=128000
    devstral-latest in=0.4 out=2 cached=0.04 max_out=256000
    devstral-medium-latest in=0.4 out=2 cached=0.04 max_out=256000
    devstral-small-latest in=0.1 out=0.3 cached=0.01 max_out=256000
    magistral-medium-latest in=1.5 out=7.5 cached=0.15 max_out=262144
    magistral-small-latest in=0.15 out=0.6 cached=0.015 max_out=262144
    ministral-14b-2512 in=0.2 out=0.2 cached=0.02 max_out=262144
    ministral-14b-latest in=0.2 out=0.2 cached=0.02 max_out=262144
    ministral-3b-2512 in=0.1 out=0.1 cached=0.01 max_out=131072
    ministral-3b-latest in=0.1 out=0.1 cached=0.01 max_out=131072
    ministral-8b-2512 in=0.15 out=0.15 cached=0.015 max_out=262144
    ministral-8b-latest in=0.15 out=0.15 cached=0.015 max_out=262144
    mistral-embed in=0.1 mode=embedding
    mistral-large-2512 in=0.5 out=1.5 cached=0.05 max_out=262144
    mistral-large-4 in=1.36 out=4.18 cached=0.14 max_out=1048576
    mistral-large-latest in=0.5 out=1.5 cached=0.05 max_out=262144
    mistral-medium in=1.5 out=7.5 cached=0.15 max_out=262144
    mistral-medium-2604 in=1.5 out=7.5 cached=0.15 max_out=262144
    mistral-medium-3.5 in=1.5 out=7.5 cached=0.15 max_out=262144
    mistral-medium-latest in=1.5 out=7.5 cached=0.15 max_out=262144
    mistral-small in=0.1 out=0.3 cached=0.01 max_out=8191
    mistral-small-2603 in=0.15 out=0.6 cached=0.015 max_out=262144
    mistral-small-latest in=0.15 out=0.6 cached=0.015 max_out=262144
    pixtral-large-latest in=2 out=6 cached=0.2 max_out=128000
    voxtral-mini-latest second=0.00005 mode=audio_transcription
    voxtral-mini-tts-latest character=0.000016 mode=audio_speech
    voxtral-small-latest in=0.1 out=0.4 cached=0.01 max_out=32768
    [xai xai/]
    grok-3-mini in=0.3 out=0.5 cached=0.075 max_out=131072
    grok-4 in=3 out=15 max_out=256000
    grok-4-fast-non-reasoning in=0.2 out=0.5 cached=0.05 in>128k=0.4 out>128k=1 max_out=2000000
    grok-4-fast-reasoning in=0.2 out=0.5 cached=0.05 in>128k=0.4 out>128k=1 max_out=2000000
    grok-4.20 in=1.25 out=2.5 cached=0.2 image_in=1.25 in>200k=2.5 out>200k=5 cached>200k=0.4
      in:batch=1 out:batch=2 cached:batch=0.16 in>200k:batch=2 out>200k:batch=4
      cached>200k:batch=0.32 max_out=1000000
    grok-4.3 in=1.25 out=2.5 cached=0.2 image_in=1.25 in>200k=2.5 out>200k=5 cached>200k=0.4
      in:batch=1 out:batch=2 cached:batch=0.16 in>200k:batch=2 out>200k:batch=4
      cached>200k:batch=0.32 max_out=1000000
    grok-4.5 in=2 out=6 cached=0.3 image_in=2 in>200k=4 out>200k=12 cached>200k=0.6
      max_out=500000
    grok-4.6 in=2 out=6 cached=0.5 image_in=2 in>200k=4 out>200k=12 cached>200k=1 max_out=500000
    grok-4.7 in=2 out=6 cached=0.5 image_in=2 in>200k=4 out>200k=12 cached>200k=1 in:batch=1.6
      out:batch=4.8 cached:batch=0.4 in>200k:batch=3.2 out>200k:batch=9.6 cached>200k:batch=0.8
      max_out=500000
    grok-build-0.1 in=1 out=2 cached=0.2 image_in=1 in>200k=2 out>200k=4 cached>200k=0.4
      max_out=256000
    grok-code-fast in=1 out=2 cached=0.2 image_in=1 in>200k=2 out>200k=4 cached>200k=0.4
      max_out=256000
    [deepseek deepseek/]
    deepseek-chat in=0.28 out=0.42 cached=0.028 write=0 max_out=8192
    deepseek-flash in=0.3 out=1.2 cached=0.006 write=0 max_out=393216
    deepseek-reasoner in=0.28 out=0.42 cached=0.028 max_out=65536
    deepseek-v3.2 in=0.28 out=0.4 cached=0.028 max_out=163840
    deepseek-v4-flash in=0.3 out=1.2 cached=0.006 write=0 max_out=393216
    deepseek-v4-pro in=1.32 out=3.96 cached=0.044 write=0 max_out=393216
    [groq groq/]
    llama-3.1-8b-instant in=0.05 out=0.08 max_out=8192
    llama-3.3-70b-versatile in=0.59 out=0.79 max_out=32768
    moonshotai/kimi-k2-instruct-0905 in=1 out=3 cached=0.5 max_out=16384
    openai/gpt-oss-120b in=0.15 out=0.6 cached=0.075 max_out=65536
    openai/gpt-oss-20b in=0.075 out=0.3 cached=0.0375 max_out=65536
    qwen/qwen3-32b in=0.29 out=0.59 max_out=131000
    qwen/qwen3.8-27b in=0.8 out=4 max_out=16384
    whisper-large-v3 second=0.00003083 mode=audio_transcription
    whisper-large-v3-turbo second=0.00001111 mode=audio_transcription
    [cohere_chat]
    command-a-03-2025 in=2.5 out=10 max_out=8000
    command-a-plus-05-2026 in=0 out=0 max_out=64000
    command-r in=0.15 out=0.6 max_out=4096
    command-r-08-2024 in=0.15 out=0.6 max_out=4096
    command-r-plus in=2.5 out=10 max_out=4096
    command-r-plus-08-2024 in=2.5 out=10 max_out=4096
    command-r7b-12-2024 in=0.0375 out=0.15 max_out=4096
    [cohere]
    embed-english-v3.0 in=0.1 out=0 mode=embedding
    embed-multilingual-v3.0 in=0.1 out=0 mode=embedding
    rerank-english-v3.0 in=0 out=0 search=0.002 max_out=4096 mode=rerank
    rerank-multilingual-v3.0 in=0 out=0 search=0.002 max_out=4096 mode=rerank
    rerank-v3.5 in=0 out=0 search=0.002 max_out=4096 mode=rerank
    rerank-v4.0-fast in=0 out=0 search=0.002 max_out=32768 mode=rerank
    rerank-v4.0-pro in=0 out=0 search=0.0025 max_out=32768 mode=rerank
    rerank-v5.0-fast in=0.02 out=0 max_out=32768 mode=rerank
    rerank-v5.0-pro in=0.05 out=0 max_out=32768 mode=rerank
    [cohere cohere/]
    embed-v4.0 in=0.12 out=0 image_in=0.47 mode=embedding
    embed-v5.0-fast in=0.08 out=0 mode=embedding
    embed-v5.0-pro in=0.12 out=0 mode=embedding
    """
}
