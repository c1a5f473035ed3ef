#include "cli/identity_parser.h"

namespace tagline::cli {
namespace {

bool lists(IdentityAction action) {
  return action == IdentityAction::Merges || action == IdentityAction::Types ||
         action == IdentityAction::Rules || action == IdentityAction::Receipts;
}

}  // namespace

CLI::App* IdentityParser::action(IdentityAction action, const char* name,
                                 const std::string& description, const std::string& example) {
  CLI::App* command = subcommand(*command_, name, description, example);
  add_db(command, arguments_.db);
  add_format(command, arguments_.format, lists(action) ? kFormatsOfLists : kFormatsWithoutCsv);
  actions_.emplace_back(command, action);
  return command;
}

void IdentityParser::add_linking() {
  CLI::App* link =
      action(IdentityAction::Link, "link",
             say("say that identities name one person; who turn out to be the same are merged",
                 "声明若干身份标识属于同一人；发现为同一人的用户会被合并"),
             "tagline identity link --db shop phone:13800138000 --user u0001");
  link->add_option("IDENTITY", arguments_.identities,
                   say("TYPE:VALUE, in any spelling; or - for requests in NDJSON on standard input",
                       "“类型:值”，写法不限；- 表示从标准输入读取 NDJSON 请求"))
      ->required()
      ->expected(1, -1);
  link->add_option("--user", arguments_.user,
                   say("an id or identity of the person (default: who the identities lead to)",
                       "此人的编号或身份标识（默认由身份标识确定）"))
      ->type_name("ID");
  link->add_option("--source", arguments_.source,
                   say("where that is known from; kept with them", "信息来源，随标识保存"))
      ->type_name("TEXT");
  link->add_flag("--each", arguments_.each,
                 say("do what can be done and report the other lines; else all or nothing",
                     "能写入的都写入，并报告其余各行；否则全部成功或全部不变"));
  CLI::App* unlink = action(IdentityAction::Unlink, "unlink",
                            say("take an identity from its person", "解除某人的一个身份标识"),
                            "tagline identity unlink --db shop phone:13800138000");
  unlink
      ->add_option("IDENTITY", arguments_.id,
                   say("TYPE:VALUE, in any spelling", "“类型:值”，写法不限"))
      ->required();
  CLI::App* show = action(IdentityAction::Show, "show",
                          say("the identities of a user, and the merges that made it",
                              "某用户的身份标识，以及合成它的各次合并"),
                          "tagline identity show --db shop phone:13800138000");
  show->add_option("ID", arguments_.id, say("an id or identity", "编号或身份标识"))->required();
}

void IdentityParser::add_merging() {
  CLI::App* merges = action(IdentityAction::Merges, "merges",
                            say("the journal of merges, newest first", "合并日志，最近的在前"),
                            "tagline identity merges --db shop --newest 20");
  merges
      ->add_option("--newest", arguments_.limit,
                   say("show so many (default: 100)", "最多显示条数（默认 100）"))
      ->check(whole_number())
      ->check(in_range<std::uint64_t>(1, 100'000))
      ->type_name("N");
  CLI::App* undo = action(IdentityAction::Undo, "undo",
                          say("make two users of one again: undo the last merge of a person",
                              "撤销某人最近的一次合并，恢复为两个用户"),
                          "tagline identity undo --db shop 1");
  undo->add_option("NUMBER", arguments_.number, say("number of the merge", "合并的编号"))
      ->required()
      ->check(whole_number())
      ->check(in_range<std::uint64_t>(1, 4'294'967'295U))
      ->type_name("N");
  action(IdentityAction::Rules, "rules",
         say("how each tag is combined when users are merged", "合并用户时各标签的合并规则"),
         "tagline identity rules --db shop");
  CLI::App* rule =
      action(IdentityAction::Rule, "rule",
             say("set how a tag is combined when users are merged", "设置某标签的合并规则"),
             "tagline identity rule --db shop age max");
  rule->add_option("TAG", arguments_.id, say("name of the tag", "标签名称"))->required();
  rule->add_option("RULE", arguments_.rule,
                   say("latest, survivor, max, min (numbers and dates) or sum (numbers)",
                       "latest、survivor、max、min（数值与日期）或 sum（数值）"))
      ->required()
      ->check(one_of({"latest", "survivor", "max", "min", "sum"}))
      ->type_name("latest|survivor|max|min|sum");
}

void IdentityParser::add_types() {
  action(IdentityAction::Types, "types",
         say("types of identities, and how each is written", "身份标识的类型及其写法"),
         "tagline identity types --db shop");
  CLI::App* type =
      action(IdentityAction::Type, "type",
             say("add a type of identities, or change one", "新增或修改身份标识的类型"),
             "tagline identity type --db shop card --most 3 --never 0000");
  type->add_option("NAME", arguments_.type.name,
                   say("before the colon: small letters, digits, _ and -",
                       "冒号前的名称：小写字母、数字、_ 和 -"))
      ->required();
  type->add_option(
          "--form", arguments_.form,
          say("how values are made one spelling (default: exact)", "如何统一写法（默认 exact）"))
      ->check(one_of({"exact", "lower", "phone", "email"}))
      ->type_name("exact|lower|phone|email");
  type->add_option("--country", arguments_.type.country,
                   say("calling code of phone numbers written without one (default: 86)",
                       "未写国家代码的号码所属国家代码（默认 86）"))
      ->type_name("DIGITS");
  type->add_flag("--hashed", arguments_.type.hashed,
                 say("store a keyed hash instead of the value", "存储带密钥的散列而非原值"));
  type->add_option("--most", arguments_.type.most,
                   say("a person may have so many (default: 10)", "每人最多个数（默认 10）"))
      ->check(whole_number())
      ->check(in_range<std::uint32_t>(1, 1'000))
      ->type_name("N");
  type->add_option(
          "--never", arguments_.type.never,
          say("a value that belongs to nobody; may be repeated", "不属于任何人的值；可重复"))
      ->type_name("VALUE");
}

void IdentityParser::add_erasing() {
  CLI::App* erase =
      action(IdentityAction::Erase, "erase",
             say("erase a person from every tag, event, list and identity; cannot be undone",
                 "从所有标签、行为、名单和身份标识中删除某人；无法撤销"),
             "tagline identity erase --db shop phone:13800138000 --yes");
  erase->add_option("ID", arguments_.id, say("an id or identity", "编号或身份标识"))->required();
  erase->add_flag("--yes", arguments_.yes, say("that is meant", "确认执行"));
  CLI::App* receipts = action(IdentityAction::Receipts, "receipts",
                              say("receipts of erasures, newest first", "删除回执，最近的在前"),
                              "tagline identity receipts --db shop");
  receipts
      ->add_option("--newest", arguments_.limit,
                   say("show so many (default: 100)", "最多显示条数（默认 100）"))
      ->check(whole_number())
      ->check(in_range<std::uint64_t>(1, 100'000))
      ->type_name("N");
}

void IdentityParser::add_to(CLI::App& app) {
  command_ = subcommand(app, "identity",
                        say("several ids of one person: link, merge, undo, erase",
                            "一人多个标识：关联、合并、撤销、删除"),
                        "tagline identity link --db shop phone:13800138000 --user u0001");
  command_->require_subcommand(1);
  add_linking();
  add_merging();
  add_types();
  add_erasing();
}

bool IdentityParser::take(Arguments& arguments) const {
  if (!command_->parsed()) {
    return false;
  }
  IdentityArguments chosen = arguments_;
  for (const auto& [command, action] : actions_) {
    if (command->parsed()) {
      chosen.action = action;
    }
  }
  arguments.command = chosen;
  return true;
}

}  // namespace tagline::cli
