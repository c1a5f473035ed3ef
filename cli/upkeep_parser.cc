#include "cli/upkeep_parser.h"

namespace tagline::cli {

void UpkeepParser::add_to(CLI::App& app) {
  add_verify(app);
  add_expire(app);
  add_backup(app);
}

void UpkeepParser::add_expire(CLI::App& app) {
  expire_command_ =
      subcommand(app, "expire",
                 say("take away values whose time to live is over; a server does so by itself",
                     "清除已过有效期的取值；服务运行时会自动清除"),
                 "tagline expire --db shop");
  add_db(expire_command_, expire_.db);
  add_format(expire_command_, expire_.format, kFormatsWithoutCsv);
}

void UpkeepParser::add_verify(CLI::App& app) {
  verify_command_ = subcommand(
      app, "verify", say("check every byte that matters in a database", "检查数据库是否完好"),
      "tagline verify --db shop");
  add_db(verify_command_, verify_.db);
  add_format(verify_command_, verify_.format, kFormats);
}

void UpkeepParser::add_backup(CLI::App& app) {
  backup_command_ = subcommand(
      app, "backup",
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

bool UpkeepParser::take(Arguments& arguments) const {
  if (verify_command_->parsed()) {
    arguments.command = verify_;
    return true;
  }
  if (expire_command_->parsed()) {
    arguments.command = expire_;
    return true;
  }
  if (backup_command_->parsed()) {
    arguments.command = backup_;
    return true;
  }
  return false;
}

}  // namespace tagline::cli
