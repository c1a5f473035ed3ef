#include "cli/key_parser.h"

#include "server/day_text.h"

namespace tagline::cli {
CLI::App* KeyParser::action(KeyAction action, const char* name, const std::string& description,
                            const std::string& example) {
  CLI::App* command = subcommand(*command_, name, description, example);
  add_db(command, arguments_.db);
  add_format(command, arguments_.format,
             action == KeyAction::List ? kFormatsOfLists : kFormatsWithoutCsv);
  actions_.emplace_back(command, action);
  return command;
}

void KeyParser::add_to(CLI::App& app) {
  command_ = subcommand(app, "key",
                        say("make, list and revoke the keys that clients of `serve` need",
                            "管理客户端访问 `serve` 所需的密钥"),
                        "tagline key create --db shop dashboard --role viewer");
  command_->require_subcommand(1);

  CLI::App* create =
      action(KeyAction::Create, "create",
             say("make a key; it is shown this once", "创建密钥；密钥只显示这一次"),
             "tagline key create --db shop dashboard --role viewer --expires 2027-12-31");
  create->add_option("NAME", arguments_.name, say("who will use it", "使用者名称"))->required();
  create
      ->add_option_function<std::string>(
          "--role", [this](const std::string& text) { arguments_.role = *server::role_of(text); },
          say("what it may do: viewer (default; counts and charts), analyst (also ids and "
              "segments), operator (also loading and editing), admin (all)",
              "权限：viewer（默认，计数与图表）、analyst（另含编号与人群）、operator（另含导入与编"
              "辑）"
              "、admin（全部）"))
      ->check(one_of({"viewer", "analyst", "operator", "admin"}))
      ->type_name("viewer|analyst|operator|admin");
  add_day(create, "--expires", expires_,
          say("the last day (UTC) on which it is taken (default: none)",
              "最后有效日（UTC；默认不过期）"));
  add_rate(create, "--rate", arguments_.rate,
           say("how often it may ask (default: as `serve --rate` says)",
               "允许的请求频率（默认同 `serve --rate`）"));
  action(KeyAction::List, "list", say("list the keys", "列出密钥"), "tagline key list --db shop");

  CLI::App* revoke = action(KeyAction::Revoke, "revoke",
                            say("refuse a key from now on; a running server does within a second",
                                "撤销密钥；运行中的服务器一秒内生效"),
                            "tagline key revoke --db shop intern");
  revoke->add_option("KEY", arguments_.name, say("the key's name or id", "密钥名称或编号"))
      ->required();
}

bool KeyParser::take(Arguments& arguments) const {
  if (!command_->parsed()) {
    return false;
  }
  KeyArguments chosen = arguments_;
  for (const auto& [command, action] : actions_) {
    if (command->parsed()) {
      chosen.action = action;
    }
  }
  chosen.expires = server::parse_day(expires_);
  arguments.command = chosen;
  return true;
}

}  // namespace tagline::cli
