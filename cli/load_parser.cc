#include "cli/load_parser.h"

namespace tagline::cli {

void LoadParser::add_to(CLI::App& app) {
  add_infer(app);
  add_load(app);
}

void LoadParser::add_infer(CLI::App& app) {
  infer_command_ = subcommand(app, "infer",
                              say("guess how the columns of a file become tags; prints a schema",
                                  "推断文件各列如何成为标签，输出 schema"),
                              "tagline infer customers.csv > schema.json\n  "
                              "tagline infer customers.csv --format table");
  infer_command_
      ->add_option("FILE", infer_.file,
                   say("CSV or NDJSON, plain or .gz .xz .zst; - for standard input",
                       "CSV 或 NDJSON 文件，可为 .gz .xz .zst；- 表示标准输入"))
      ->required();
  infer_command_
      ->add_option("--id", infer_.id_column,
                   say("column that holds the user id (default: guessed); #row: the row number",
                       "用户编号所在的列（默认自动推断）；#row 表示行号"))
      ->type_name("COL");
  add_format(infer_command_, kFormatsWithoutCsv,
             say(" (default: json, the schema); table says why",
                 "（默认为 json，即 schema）；table 说明理由"),
             [this](Format format) { infer_.format = format; });
}

void LoadParser::add_load(CLI::App& app) {
  load_command_ = subcommand(
      app, "load",
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
      ->check(in_range(0.0, 100.0))
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
  add_format(load_command_, load_.format, kFormats);
}

bool LoadParser::take(Arguments& arguments) const {
  if (infer_command_->parsed()) {
    arguments.command = infer_;
    return true;
  }
  if (load_command_->parsed()) {
    arguments.command = load_;
    return true;
  }
  return false;
}

}  // namespace tagline::cli
