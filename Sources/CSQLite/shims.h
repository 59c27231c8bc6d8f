// SQLite as Swift sees it: its header, and typed functions for what are macros or variadic in C.
#pragma once
#include <sqlite3.h>
