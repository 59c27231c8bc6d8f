// SQLite as Swift sees it: its header, and typed functions for what are macros or variadic in C.
#pragma once
#include <sqlite3.h>

/// Binds text that SQLite copies; an empty text may come without an address.
static inline int csqlite_bind_text(
    sqlite3_stmt *statement, int position, const void *bytes, sqlite3_uint64 count) {
  return sqlite3_bind_text64(
      statement, position, bytes ? (const char *)bytes : "", count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// Binds text that SQLite does not copy: it must stay where it is until it is unbound.
static inline int csqlite_bind_static_text(
    sqlite3_stmt *statement, int position, const void *bytes, sqlite3_uint64 count) {
  return sqlite3_bind_text64(
      statement, position, bytes ? (const char *)bytes : "", count, SQLITE_STATIC, SQLITE_UTF8);
}

/// Binds bytes that SQLite does not copy: they must stay where they are until they are unbound.
static inline int csqlite_bind_static_blob(
    sqlite3_stmt *statement, int position, const void *bytes, sqlite3_uint64 count) {
  return sqlite3_bind_blob64(statement, position, bytes ? bytes : "", count, SQLITE_STATIC);
}

/// Binds bytes that SQLite copies; none at all may come without an address.
static inline int csqlite_bind_blob(
    sqlite3_stmt *statement, int position, const void *bytes, sqlite3_uint64 count) {
  return sqlite3_bind_blob64(statement, position, bytes ? bytes : "", count, SQLITE_TRANSIENT);
}

/// Switches one of the integer options of sqlite3_db_config on or off.
static inline int csqlite_configure(sqlite3 *database, int option, int value) {
  return sqlite3_db_config(database, option, value, (int *)0);
}
