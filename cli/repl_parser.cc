#include "cli/repl_parser.h"

#include "server/day_text.h"

namespace tagline::cli {

void ReplParser::add_to(CLI::App& app) {
  command_ = subcommand(
      app, "repl",
      say("ask a database or a server in a terminal, or line by line from a pipe",
          "在终端中查询数据库或服务器，也可从管道逐行读取"),
      say("tagline repl --db shop\n  tagline repl --server https://tagline.example.com --key "
          "tgl_...\n  echo 'age:25-34' | tagline repl --db shop --format json",
          "tagline repl --db shop\n  tagline repl --server https://tagline.example.com --key "
          "tgl_...\n  echo '年龄:25-34' | tagline repl --db shop --format json"));
  CLI::Option* db =
      command_->add_option("--db", repl_.db, say("folder of the database", "数据库目录"))
          ->type_name("DIR");
  command_
      ->add_option("--server", repl_.server,
                   say("a server instead: http://HOST:PORT or https://HOST",
                       "改为连接服务器：http://主机:端口 或 https://主机"))
      ->type_name("URL")
      ->excludes(db);
  command_
      ->add_option(
          "--key", repl_.key,
          say("the server's key for you (better in TAGLINE_KEY, where nobody else sees it)",
              "服务器密钥（最好放在 TAGLINE_KEY 中，以免他人看到）"))
      ->envname("TAGLINE_KEY")
      ->type_name("KEY");
  add_as_of(command_, as_of_);
  add_format(command_, repl_.format, kFormats);
}

bool ReplParser::take(Arguments& arguments) const {
  if (!command_->parsed()) {
    return false;
  }
  ReplArguments repl = repl_;
  repl.as_of = server::parse_day(as_of_);
  arguments.command = repl;
  return true;
}

}  // namespace tagline::cli
