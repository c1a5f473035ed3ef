#include "cli/crash_notice.h"

#include "cli/exit_status.h"

#include <signal.h>
#include <string_view>
#include <unistd.h>

namespace tagline::cli {
namespace {

constexpr std::string_view kEnglish =
    "error: the database could not be read on: its file is probably damaged (if another copy fails "
    "too, this is a fault of Tagline)\n"
    "hint:  restore the database folder from a copy, or load the files into a new one\n";
constexpr std::string_view kChinese =
    "错误：无法继续读取数据库，文件很可能已损坏（若换一份副本仍如此，则是 Tagline 的缺陷）\n"
    "提示：请用副本恢复数据库目录，或把文件装入新的数据库\n";
std::string_view notice = kEnglish;

// Only what is safe in a signal handler: write and _exit.
void tell_and_exit(int) {
  static_cast<void>(!write(STDERR_FILENO, notice.data(), notice.size()));
  _exit(kSystemAtFault);
}

}  // namespace

void install_crash_notice(bool chinese) {
  notice = chinese ? kChinese : kEnglish;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  struct sigaction action = {};
  action.sa_handler = tell_and_exit;
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT}) {
    sigaction(signal, &action, nullptr);
  }
#else
  static_cast<void>(tell_and_exit);
#endif
}

}  // namespace tagline::cli
