#include "cli/load_interrupt.h"

#include "cli/exit_status.h"

#include <unistd.h>

namespace tagline::cli {
namespace {

constexpr int kNoTerminal = -1;

Text words_for(const std::vector<std::string>& files) {
  if (files.size() > 1) {
    const std::string count = std::to_string(files.size());
    return {"the " + count + " files", "这 " + count + " 个文件"};
  }
  return files.empty() || files.front() == "-" ? Text{"standard input", "标准输入"}
                                               : Text{files.front(), " " + files.front() + " "};
}

}  // namespace

LoadInterrupt::LoadInterrupt(const std::vector<std::string>& files, Console& console)
    : console_(console), what_(words_for(files)) {
  if (!Interrupt::is_ignored()) {
    interrupt_.emplace([this] { happened(); }, kNoTerminal);
  }
}

void LoadInterrupt::happened() {
  const auto held = hold();
  if (!is_written_) {
    end(Error(ErrorCode::Cancelled,
              {"ended by Ctrl-C: nothing of " + what_.en +
                   " was loaded, and what the database held before is unchanged",
               "已被 Ctrl-C 中断：" + what_.zh + "的内容都没有装入，数据库原有的数据不变"},
              {"run it again: a load is done whole or not at all",
               "请重新执行：装载要么全部完成，要么什么都不改变"}));
  }
  if (was_told_) {
    end(Error(ErrorCode::Cancelled,
              {"ended by Ctrl-C while " + what_.en +
                   " was being written: either all of it is in the database, or nothing",
               "写入时被 Ctrl-C 中断：" + what_.zh + "要么已全部装入，要么完全没有装入"},
              {"run it again: what is loaded already is not added twice",
               "请重新执行：已经装入的内容不会重复计入"}));
  }
  was_told_ = true;
  console_.err(console_.say(
      {"all of " + what_.en +
           " was read and is being written; Ctrl-C once more ends the program all the same\n",
       "已读完" + what_.zh + "，正在写入；再按一次 Ctrl-C 将强行退出\n"}));
}

/// There is nobody to go back to: the other threads may be waiting for a pipe.
void LoadInterrupt::end(const Error& error) {
  static_cast<void>(console_.report(error));
  static_cast<void>(console_.flush());
  ::_exit(kInterrupted);
}

}  // namespace tagline::cli
