// The only file that knows CLI11.
#include "cli/arguments.h"
#include "cli/exit_status.h"
#include "cli/version.h"
#include "server/day_text.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

namespace tagline::cli {
namespace {

using dsl::Language;

const std::map<std::string, Format> kFormats = {
    {"table", Format::Table}, {"json", Format::Json}, {"csv", Format::Csv}};
const std::map<std::string, Format> kFormatsWithoutCsv = {{"table", Format::Table},
                                                          {"json", Format::Json}};

/// --lang decides the language of --help too, so it is looked for before CLI11 runs.
Language language_of(int argc, char** argv) {
  const auto read = [](std::string_view name) {
    return name.substr(0, 2) == "zh" ? Language::Chinese : Language::English;
  };
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--lang" && i + 1 < argc) {
      return read(argv[i + 1]);
    }
    if (argument.substr(0, 7) == "--lang=") {
      return read(argument.substr(7));
    }
  }
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') {
      return read(value);
    }
  }
  return Language::English;
}

CLI::Validator day_validator(const std::string& message) {
  return {[message](std::string& text) {
            return server::parse_day(text).has_value() ? std::string() : message + text;
          },
          "YYYY-MM-DD"};
}

/// CLI11 reads -5 as a huge unsigned number and nan as a number in every range.
CLI::Validator plain_number() {
  return {[](std::string& text) {
            return text.find_first_not_of("0123456789.") == std::string::npos
                       ? std::string()
                       : "not a plain number: " + text;
          },
          ""};
}

/// Builds the program's options, in one language.
class Parser {
 public:
  explicit Parser(Language language) : language_(language) {
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
    add_query();
    add_tags();
    add_user();
    add_verify();
    add_check();
  }

  [[nodiscard]] std::variant<Arguments, int> parse(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& outcome) {
      const int status = app_.exit(outcome);
      return status == 0 ? kFine : kUsage;
    }
    result_.language = language_;
    if (chosen(infer_command_)) {
      result_.command = infer_;
    } else if (chosen(load_command_)) {
      result_.command = load_;
    } else if (chosen(query_command_)) {
      query_.as_of = server::parse_day(as_of_);
      result_.command = query_;
    } else if (chosen(tags_command_)) {
      result_.command = tags_;
    } else if (chosen(user_command_)) {
      result_.command = user_;
    } else if (chosen(verify_command_)) {
      result_.command = verify_;
    } else {
      check_.as_of = server::parse_day(as_of_);
      if (check_format_->count() > 0) {
        check_.format = check_format_value_;
      }
      result_.command = check_;
    }
    return result_;
  }

 private:
  [[nodiscard]] std::string say(const char* en, const char* zh) const {
    return language_ == Language::Chinese ? zh : en;
  }

  [[nodiscard]] static bool chosen(const CLI::App* command) { return command->parsed(); }

  CLI::App* subcommand(const char* name, const std::string& description,
                       const std::string& example) {
    CLI::App* command = app_.add_subcommand(name, description);
    command->footer(say("Example:\n  ", "示例：\n  ") + example + "\n");
    return command;
  }

  void add_db(CLI::App* command, std::string& db) {
    command->add_option("--db", db, say("folder of the database", "数据库目录"))
        ->required()
        ->type_name("DIR");
  }

  void add_format(CLI::App* command, Format& format, const std::map<std::string, Format>& formats) {
    std::string names;
    for (const auto& [name, value] : formats) {
      names += (names.empty() ? "" : "|") + name;
    }
    command->add_option("--format", format, say("output: ", "输出格式：") + names)
        ->transform(CLI::CheckedTransformer(formats, CLI::ignore_case).description(""))
        ->type_name(names);
  }

  void add_as_of(CLI::App* command) {
    command
        ->add_option("--as-of", as_of_,
                     say("the day `today` means (default: today in the database's time zone)",
                         "“今天”指哪一天（默认：数据库时区的今天）"))
        ->check(day_validator(
            say("not a day in the form YYYY-MM-DD: ", "不是 YYYY-MM-DD 形式的日期：")))
        ->type_name("DATE");
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
    CLI::Option* schema =
        load_command_
            ->add_option("--schema", load_.schema_file,
                         say("schema as printed by `tagline infer` (default: infer one)",
                             "schema 文件，即 tagline infer 的输出（默认自动推断）"))
            ->type_name("FILE");
    load_command_
        ->add_option("--id", load_.id_column,
                     say("column that holds the user id", "用户编号所在的列"))
        ->type_name("COL")
        ->excludes(schema);
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

  void add_query() {
    query_command_ =
        subcommand("query", say("count or list the users of a segment", "计算或列出人群"),
                   say("tagline query --db shop 'age:25-34 AND city:tier1 AND NOT churn_risk'\n  "
                       "tagline query --db shop --ids --limit 100 'vip' > ids.txt",
                       "tagline query --db shop '年龄:25-34 且 城市:一线 且 非 流失风险'\n  "
                       "tagline query --db shop --ids --limit 100 '会员' > ids.txt"));
    add_db(query_command_, query_.db);
    CLI::Option* expression = query_command_->add_option(
        "EXPR", query_.expression, say("the segment expression", "人群表达式"));
    CLI::Option* batch =
        query_command_
            ->add_option("--batch", query_.batch_file,
                         say("file of expressions, one a line; a # line above one is its title; - "
                             "for standard input",
                             "表达式文件，每行一个；上一行的 # 注释作为标题；- 表示标准输入"))
            ->type_name("FILE");
    batch->excludes(expression);
    add_as_of(query_command_);
    add_format(query_command_, query_.format, kFormats);
    CLI::Option* ids = query_command_
                           ->add_flag("--ids", query_.ids,
                                      say("print the members' ids, one a line, in index order",
                                          "输出成员编号，每行一个，按序号排列"))
                           ->excludes(batch);
    query_command_
        ->add_option("--limit", query_.limit,
                     say("print at most this many ids", "最多输出多少个编号"))
        ->needs(ids)
        ->type_name("N")
        ->check(plain_number());
    query_command_
        ->add_flag("--explain", query_.explain,
                   say("show the count at every node, the plan and what was read",
                       "显示每个节点的人数、执行计划和读取量"))
        ->excludes(ids)
        ->excludes(batch);
    query_command_
        ->add_option("--threads", query_.threads,
                     say("threads to use (default: all cores)", "线程数（默认全部核心）"))
        ->check(CLI::Range(1U, 1024U))
        ->type_name("N");
  }

  void add_tags() {
    tags_command_ = subcommand(
        "tags", say("list the tags with their values and counts", "列出标签及其取值和人数"),
        "tagline tags --db shop\n  tagline tags --db shop city");
    add_db(tags_command_, tags_.db);
    tags_command_->add_option("TAG", tags_.tag,
                              say("only this tag, with all its values", "只看该标签的全部取值"));
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
    add_as_of(check_command_);
    check_format_ =
        check_command_
            ->add_option("--format", check_format_value_,
                         say("output: json|table (default: table on a terminal)",
                             "输出格式：json|table（终端默认 table）"))
            ->transform(
                CLI::CheckedTransformer(kFormatsWithoutCsv, CLI::ignore_case).description(""))
            ->type_name("json|table");
  }

  Language language_;
  std::string language_name_;
  std::string as_of_;
  CLI::App app_;
  Arguments result_;
  InferArguments infer_;
  LoadArguments load_;
  QueryArguments query_;
  TagsArguments tags_;
  UserArguments user_;
  VerifyArguments verify_;
  CheckArguments check_;
  Format check_format_value_ = Format::Table;
  CLI::App* infer_command_ = nullptr;
  CLI::App* load_command_ = nullptr;
  CLI::App* query_command_ = nullptr;
  CLI::App* tags_command_ = nullptr;
  CLI::App* user_command_ = nullptr;
  CLI::App* verify_command_ = nullptr;
  CLI::App* check_command_ = nullptr;
  CLI::Option* check_format_ = nullptr;
};

}  // namespace

std::variant<Arguments, int> parse_arguments(int argc, char** argv) {
  return Parser(language_of(argc, argv)).parse(argc, argv);
}

}  // namespace tagline::cli
