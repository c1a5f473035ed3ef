// LMDB trusts its own pages: when a database file is damaged in its tree, it may touch memory it
// should not, or abort. The process cannot go on then, but it can say so in words and end with the
// exit status of a broken database instead of a bare signal.
#pragma once

namespace tagline::cli {

/// From now on SIGSEGV, SIGBUS and SIGABRT print what probably happened and what to try, in the
/// language given, and exit with status 3. Does nothing in sanitizer builds, which have their own
/// reports.
void install_crash_notice(bool chinese);

}  // namespace tagline::cli
