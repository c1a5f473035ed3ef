// The arguments of the program. Only the parsers of cli/ know CLI11.
#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/demo_parser.h"
#include "cli/edit_tag_parser.h"
#include "cli/events_parser.h"
#include "cli/exit_status.h"
#include "cli/help_words.h"
#include "cli/key_parser.h"
#include "cli/language.h"
#include "cli/option_maker.h"
#include "cli/query_parser.h"
#include "cli/repl_parser.h"
#include "cli/segment_parser.h"
#include "cli/serve_parser.h"
#include "cli/unknown_command.h"
#include "cli/usage_error.h"
#include "cli/version.h"
#include "cli/why_parser.h"
#include "server/day_text.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::cli {
namespace {

using dsl::Language;

/// Commands one of whose arguments is an expression.
constexpr std::array<std::string_view, 6> kWithExpression = {"query",    "check",   "why",
                                                             "complete", "segment", "overlap"};

const CLI::App* child_named(const CLI::App& parent, const std::string& name) {
  const auto children =
      parent.get_subcommands([&](const CLI::App* child) { return child->get_name() == name; });
  return children.empty() ? nullptr : children.front();
}

/// Builds the program's options, in one language.
class Parser : private OptionMaker {
 public:
  explicit Parser(Language language)
      : OptionMaker(language),
        queries_(language),
        why_parser_(language),
        events_(language),
        tag_edits_(language),
        segments_(language),
        serving_(language),
        keys_(language),
        repl_(language),
        demo_(language) {
    app_.description(say("Tagline: exact counts of user segments", "Tagline：精确的人群圈选引擎"));
    app_.footer(
        say("Example:\n  tagline load --db shop customers.csv\n  tagline query --db shop "
            "'age:25-34 AND city:tier1 AND NOT churn_risk'\n",
            "示例：\n  tagline load --db shop customers.csv\n  tagline query --db shop '年龄:25-34 "
            "且 城市:一线 且 非 流失风险'\n"));
    app_.set_version_flag("--version", std::string("tagline ") + kVersion,
                          say("print the version", "显示版本"));
    app_.set_help_flag("-h,--help", say("print this help", "显示帮助"));
    app_.require_subcommand(1);
    app_.add_option("--lang", language_name_,
                    say("language of messages: en or zh-CN (default: from the locale)",
                        "消息语言：en 或 zh-CN（默认取自系统语言）"))
        ->check(CLI::IsMember({"en", "zh-CN", "zh"}));
    app_.fallthrough();
    add_infer();
    add_load();
    queries_.add_to(app_);
    add_tags();
    tag_edits_.add_to(app_);
    add_user();
    add_verify();
    add_backup();
    add_check();
    why_parser_.add_to(app_);
    segments_.add_to(app_);
    events_.add_to(app_);
    serving_.add_to(app_);
    keys_.add_to(app_);
    repl_.add_to(app_);
    demo_.add_to(app_);
    refuse_empty(app_);
    set_help_words(app_, language_);
  }

  [[nodiscard]] std::variant<Arguments, int> parse(int argc, char** argv) {
    std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
    if (const Status added = serving_.add_settings(arguments); !added.has_value()) {
      report({added.error().message(), added.error().hint()});
      return kUsage;
    }
    shield_expression(arguments);
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    try {
      app_.name("tagline");
      app_.parse(std::move(arguments));
    } catch (const CLI::ParseError& outcome) {
      if (outcome.get_exit_code() == 0) {
        return app_.exit(outcome);  // --help, --version
      }
      report(outcome);
      return kUsage;
    }
    result_.language = language_;
    if (chosen(infer_command_)) {
      result_.command = infer_;
    } else if (chosen(load_command_)) {
      result_.command = load_;
    } else if (chosen(tags_command_)) {
      result_.command = tags_;
    } else if (chosen(user_command_)) {
      result_.command = user_;
    } else if (chosen(verify_command_)) {
      result_.command = verify_;
    } else if (chosen(backup_command_)) {
      result_.command = backup_;
    } else if (segments_.chosen()) {
      result_.command = segments_.arguments();
    } else if (!queries_.take(result_) && !why_parser_.take(result_) && !events_.take(result_) &&
               !tag_edits_.take(result_) && !serving_.take(result_) && !keys_.take(result_) &&
               !repl_.take(result_) && !demo_.take(result_)) {
      check_.as_of = server::parse_day(as_of_);
      result_.command = check_;
    }
    return result_;
  }

 private:
  /// What is wrong, and where to read on.
  void report(const CLI::ParseError& outcome) const {
    const Reached reached = reached_command(app_);
    const std::string help = "tagline " + reached.path + (reached.path.empty() ? "" : " ");
    UnknownCommand fault{usage_error(outcome.what()),
                         {help + "--help shows how it is used", help + "--help 显示用法"}};
    if (const auto unknown = unknown_command(app_, reached); unknown.has_value()) {
      fault = *unknown;
    }
    if (reached.path.empty() && std::string_view(outcome.what()) == "A subcommand is required") {
      fault.hint = {"tagline --help lists them; new here? tagline demo --db shop --tour",
                    "tagline --help 列出全部命令；初次使用？tagline demo --db shop --tour"};
    }
    // Not all that is wrong with the words was typed.
    const std::string words = outcome.what();
    const std::string from = serving_.said_from(words.substr(0, words.find_first_of(":= ")));
    if (!from.empty()) {
      fault.message.en = from + ": " + fault.message.en;
      fault.message.zh = from + "：" + fault.message.zh;
    }
    report(fault);
  }
  void report(const UnknownCommand& fault) const {
    std::cerr << say("error: ", "错误：") << printable(say(fault.message.en, fault.message.zh))
              << "\n"
              << say("hint:  ", "提示：") << say(fault.hint.en, fault.hint.zh) << "\n";
  }

  /// `-vip` is an expression (not vip), but looks like options; moved behind "--" it does not.
  void shield_expression(std::vector<std::string>& arguments) const {
    const CLI::App* command = nullptr;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const std::string& argument = arguments[i];
      const bool dashed = argument.size() > 1 && argument.front() == '-';
      if (command == nullptr && !dashed) {
        if (std::find(kWithExpression.begin(), kWithExpression.end(), argument) ==
            kWithExpression.end()) {
          return;
        }
        command = child_named(app_, argument);
      } else if (!dashed && child_named(*command, argument) != nullptr) {
        command = child_named(*command, argument);
      } else if (argument == "--") {
        return;
      } else if (argument.starts_with("--")) {
        const CLI::Option* option = option_named(command, argument);
        i += option != nullptr && option->get_expected_max() > 0 ? 1U : 0U;  // over its value
      } else if (command != nullptr && dashed && argument != "-h") {
        const std::string expression = argument;
        arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(i));
        arguments.insert(arguments.end(), {"--", expression});
        return;
      }
    }
  }

  [[nodiscard]] const CLI::Option* option_named(const CLI::App* command,
                                                const std::string& name) const {
    const CLI::Option* own = command == nullptr ? nullptr : command->get_option_no_throw(name);
    return own != nullptr ? own : app_.get_option_no_throw(name);
  }

  [[nodiscard]] static bool chosen(const CLI::App* command) { return command->parsed(); }

  CLI::App* subcommand(const char* name, const std::string& description,
                       const std::string& example) {
    return OptionMaker::subcommand(app_, name, description, example);
  }

  void add_infer() {
    infer_command_ = subcommand("infer",
                                say("guess how the columns of a file become tags; prints a schema",
                                    "推断文件各列如何成为标签，输出 schema"),
                                "tagline infer customers.csv > schema.json");
    infer_command_
        ->add_option("FILE", infer_.file,
                     say("CSV or NDJSON, plain or .gz .xz .zst; - for standard input",
                         "CSV 或 NDJSON 文件，可为 .gz .xz .zst；- 表示标准输入"))
        ->required();
    infer_command_
        ->add_option("--id", infer_.id_column,
                     say("column that holds the user id", "用户编号所在的列"))
        ->type_name("COL");
  }

  void add_load() {
    load_command_ = subcommand(
        "load",
        say("load files into a database, all or nothing: rows with a known id update that user, "
            "events are added, each file once",
            "把文件装入数据库（全部成功或全部不变）：已有编号的行更新该用户，行为则累加，每个文件只"
            "加一次"),
        "tagline load --db shop customers.csv.gz --id customer_id --rejects bad.csv");
    add_db(load_command_, load_.db);
    load_command_
        ->add_option("FILE", load_.files,
                     say("CSV or NDJSON, plain or .gz .xz .zst; - for standard input",
                         "CSV 或 NDJSON 文件，可为 .gz .xz .zst；- 表示标准输入"))
        ->required();
    load_command_
        ->add_option("--schema", load_.schema_file,
                     say("schema as printed by `tagline infer` (default: infer one)",
                         "schema 文件，即 tagline infer 的输出（默认自动推断）"))
        ->type_name("FILE");
    load_command_
        ->add_option(
            "--id", load_.id_column,
            say("column that holds the user id, whatever the schema says; #row: the row number",
                "用户编号所在的列（优先于 schema）；#row 表示行号"))
        ->type_name("COL");
    load_command_
        ->add_option("--rejects", load_.rejects_file,
                     say("write rows that could not be loaded to this CSV file",
                         "把无法装入的行写到该 CSV 文件"))
        ->type_name("FILE");
    load_command_
        ->add_option("--max-errors", load_.max_errors_percent,
                     say("percentage of bad rows above which nothing is loaded",
                         "坏行超过该百分比则什么也不装入"))
        ->check(plain_number())
        ->check(CLI::Range(0.0, 100.0))
        ->type_name("PERCENT")
        ->capture_default_str();
    load_command_
        ->add_option("--load-id", load_.load_id,
                     say("events: an id for this file instead of one made from its content; the "
                         "same id is never added twice",
                         "行为文件：用该标识代替由内容算出的标识；同一标识不会重复累加"))
        ->type_name("ID");
    load_command_
        ->add_option(
            "--time-zone", load_.time_zone,
            say("IANA time zone of a database made now (default: Asia/Shanghai); fixed afterwards",
                "新建数据库的 IANA 时区（默认 Asia/Shanghai），之后不可更改"))
        ->type_name("ZONE");
    add_format(load_command_, load_.format, kFormatsWithoutCsv);
  }

  void add_tags() {
    tags_command_ = subcommand(
        "tags", say("list the tags with their values and counts", "列出标签及其取值和人数"),
        "tagline tags --db shop\n  tagline tags --db shop city");
    add_db(tags_command_, tags_.db);
    tags_command_
        ->add_option("TAG", tags_.tag,
                     say("only this tag, with all its values", "只看该标签的全部取值"))
        ->check(not_empty());
    tags_command_
        ->add_option("--values", tags_.values_shown,
                     say("values shown a tag", "每个标签显示的取值个数"))
        ->type_name("N")
        ->capture_default_str();
    add_format(tags_command_, tags_.format, kFormatsWithoutCsv);
  }

  void add_user() {
    user_command_ = subcommand("user", say("show every tag of one user", "显示一个用户的全部标签"),
                               "tagline user --db shop u000000042");
    add_db(user_command_, user_.db);
    user_command_
        ->add_option("ID", user_.id, say("the user's id as in the file", "用户编号，与文件中一致"))
        ->required();
    add_format(user_command_, user_.format, kFormatsWithoutCsv);
  }

  void add_verify() {
    verify_command_ = subcommand(
        "verify", say("check every byte that matters in a database", "检查数据库是否完好"),
        "tagline verify --db shop");
    add_db(verify_command_, verify_.db);
    add_format(verify_command_, verify_.format, kFormatsWithoutCsv);
  }

  void add_backup() {
    backup_command_ = subcommand(
        "backup",
        say("copy a database, also while it is served or loaded", "备份数据库，可在使用中进行"),
        "tagline backup --db shop shop-copy");
    add_db(backup_command_, backup_.db);
    backup_command_
        ->add_option("FOLDER", backup_.folder,
                     say("a new folder: the copy, a database of its own", "新目录，即备份数据库"))
        ->required()
        ->check(not_empty());
    add_format(backup_command_, backup_.format, kFormatsWithoutCsv);
  }

  void add_check() {
    check_command_ =
        subcommand("check", say("check expressions without running them", "检查表达式但不执行"),
                   "tagline check --db shop 'cty:tier1'\n  tagline check --catalogue names.json "
                   "--batch < expressions.ndjson");
    CLI::Option* db =
        check_command_
            ->add_option("--db", check_.db,
                         say("folder of the database whose names to use", "使用该数据库中的名称"))
            ->type_name("DIR");
    check_command_
        ->add_option("--catalogue", check_.catalogue_file,
                     say("JSON file with the names to use", "使用该 JSON 文件中的名称"))
        ->type_name("FILE")
        ->excludes(db);
    CLI::Option* expression = check_command_->add_option(
        "EXPR", check_.expression, say("the segment expression", "人群表达式"));
    check_command_
        ->add_flag(
            "--batch", check_.batch,
            say("read {\"expression\": TEXT} lines from standard input, print one JSON line each",
                "从标准输入逐行读取 {\"expression\": 文本}，逐行输出 JSON"))
        ->excludes(expression);
    check_command_
        ->add_option(
            "--tree", check_.tree_file,
            say("JSON file of the expression as a tree, instead of EXPR; - for standard input",
                "以 JSON 结构树文件代替 EXPR；- 表示标准输入"))
        ->type_name("FILE")
        ->excludes(expression);
    check_command_->add_flag(
        "--forms", check_.forms,
        say("also show it in words, in the other language, as a JSON tree, and its fingerprint",
            "同时给出含义、中文写法、JSON 结构树和指纹"));
    add_as_of(check_command_, as_of_);
    add_format(
        check_command_, kFormatsWithoutCsv,
        say(" (default: table on a terminal, else json)", "（默认：终端为 table，否则 json）"),
        [this](Format format) { check_.format = format; });
  }

  std::string language_name_;
  std::string as_of_;
  CLI::App app_;
  QueryParser queries_;
  WhyParser why_parser_;
  EventsParser events_;
  EditTagParser tag_edits_;
  SegmentParser segments_;
  ServeParser serving_;
  KeyParser keys_;
  ReplParser repl_;
  DemoParser demo_;
  Arguments result_;
  InferArguments infer_;
  LoadArguments load_;
  TagsArguments tags_;
  UserArguments user_;
  VerifyArguments verify_;
  BackupArguments backup_;
  CheckArguments check_;
  CLI::App* infer_command_ = nullptr;
  CLI::App* load_command_ = nullptr;
  CLI::App* tags_command_ = nullptr;
  CLI::App* user_command_ = nullptr;
  CLI::App* verify_command_ = nullptr;
  CLI::App* backup_command_ = nullptr;
  CLI::App* check_command_ = nullptr;
};

}  // namespace

std::variant<Arguments, int> parse_arguments(int argc, char** argv) {
  return Parser(language_of(argc, argv)).parse(argc, argv);
}

}  // namespace tagline::cli
