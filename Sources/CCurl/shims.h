// libcurl as Swift sees it: its header, and one typed function for each kind of variadic call.
#pragma once
#include <curl/curl.h>
