#include "cli/doctor_parser.h"

namespace tagline::cli {

void DoctorParser::add_to(CLI::App& app) {
  command_ = subcommand(
      app, "doctor",
      say("check this machine and a database, and say what to do about what is found; exit status "
          "1 when something is at fault",
          "检查本机和数据库，并说明如何处理发现的问题；有故障时退出码为 1"),
      "tagline doctor\n  tagline doctor --db shop --format json");
  command_
      ->add_option("--db", arguments_.db,
                   say("folder of the database (default: this machine alone)",
                       "数据库目录（默认只检查本机）"))
      ->type_name("DIR");
  add_format(command_, arguments_.format, kFormatsOfReports);
}

bool DoctorParser::take(Arguments& arguments) const {
  if (!command_->parsed()) {
    return false;
  }
  arguments.command = arguments_;
  return true;
}

}  // namespace tagline::cli
