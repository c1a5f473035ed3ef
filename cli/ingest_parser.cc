#include "cli/ingest_parser.h"

namespace tagline::cli {

void IngestParser::add_to(CLI::App& app) {
  command_ = subcommand(
      app, "ingest",
      say("change single users: set, clear, add, remove, events; one JSON operation a line "
          "(grammar-docs/ingest.md)",
          "变更单个用户：设置、清除、增加、移除、行为；每行一条 JSON "
          "操作（grammar-docs/ingest.md）"),
      "tagline ingest --db shop changes.ndjson\n  "
      "echo '{\"user\": \"u0001\", \"set\": {\"vip\": true}}' | tagline ingest --db shop -");
  add_db(command_, arguments_.db);
  command_
      ->add_option("FILE", arguments_.file,
                   say("NDJSON; - for standard input", "NDJSON 文件；- 表示标准输入"))
      ->required();
  command_->add_flag("--each", arguments_.options.each,
                     say("do what can be done and report the other lines; else all or nothing",
                         "能写入的都写入，并报告其余各行；否则全部成功或全部不变"));
  command_
      ->add_option(
          "--every", arguments_.batch,
          say("commit after so many lines, each batch on its own (default: the whole file)",
              "每这么多行提交一次，各批独立（默认整个文件为一批）"))
      ->check(whole_number())
      ->check(in_range<std::uint64_t>(1, 1'000'000))
      ->type_name("LINES");
  command_->add_flag(
      "--once", arguments_.once,
      say("remember each batch by its lines and their place, for a day: one that was done before "
          "is "
          "not done again, so a file that broke off can be given again",
          "按内容和位置记住每一批（保留一天），已写入的批不会重复写入：中断的文件可以重新执行"));
  add_policy(
      "--unknown-users", arguments_.options.users,
      say("users that are not known: create or refuse", "未知用户：create 新建或 refuse 拒绝"));
  add_policy("--unknown-tags", arguments_.options.tags,
             say("tags and events that are not known: create or refuse",
                 "未知标签和行为：create 新建或 refuse 拒绝"));
  add_policy("--unknown-values", arguments_.options.values,
             say("values and keys that are not known: create or refuse",
                 "未知取值和分类：create 新建或 refuse 拒绝"));
  add_format(command_, arguments_.format, kFormatsWithoutCsv);
}

void IngestParser::add_policy(const char* option, ingest::Unknown& unknown,
                              const std::string& description) {
  const std::string by_default = unknown == ingest::Unknown::Create ? "create" : "refuse";
  command_
      ->add_option_function<std::string>(
          option,
          [&unknown](const std::string& word) {
            unknown = word == "create" ? ingest::Unknown::Create : ingest::Unknown::Refuse;
          },
          description + say(" (default: ", "（默认 ") + by_default + say(")", "）"))
      ->check(one_of({"create", "refuse"}))
      ->type_name("create|refuse");
}

bool IngestParser::take(Arguments& arguments) const {
  if (!command_->parsed()) {
    return false;
  }
  arguments.command = arguments_;
  return true;
}

}  // namespace tagline::cli
