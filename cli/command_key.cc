#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/rows.h"
#include "cli/table.h"
#include "server/access/key_file.h"
#include "server/access/key_json.h"
#include "server/day_text.h"
#include "server/missing_database.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace tagline::cli {
namespace {

using server::ApiKey;
using server::KeyState;

constexpr unsigned kNameCells = 40;

Text state_text(const ApiKey& key, std::chrono::system_clock::time_point now) {
  switch (server::state_of(key, now)) {
    case KeyState::Revoked:
      return {"revoked", "已撤销"};
    case KeyState::Expired:
      return {"expired", "已过期"};
    case KeyState::Live:
      break;
  }
  return {"live", "有效"};
}

std::string rate_text(const ApiKey& key) {
  return key.rate.has_value() ? server::text_of(*key.rate) : "-";
}

int create(const KeyArguments& arguments, const std::string& file, Console& console) {
  const auto made =
      server::create_key(file, {arguments.name, arguments.role, arguments.expires, arguments.rate},
                         std::chrono::system_clock::now());
  if (!made.has_value()) {
    return console.report(made.error());
  }
  if (arguments.format == Format::Json) {
    console.out(server::made_key_json(*made) + "\n");
    return kFine;
  }
  // The key alone on standard output, for scripts.
  console.out(made->text + "\n");
  console.err(
      console.say({"the key is shown this once; clients send it as Authorization: Bearer "
                   "KEY\n",
                   "密钥只显示这一次；客户端以 Authorization: Bearer KEY 发送\n"}));
  return kFine;
}

int list(const KeyArguments& arguments, const std::string& file, Console& console) {
  const auto found = server::read_keys(file);
  if (!found.has_value()) {
    return console.report(found.error());
  }
  const std::vector<ApiKey> keys = found->value_or(std::vector<ApiKey>());
  const auto now = std::chrono::system_clock::now();
  if (arguments.format == Format::Json) {
    console.out(server::keys_json(keys, now) + "\n");
    return kFine;
  }
  if (arguments.format != Format::Table) {
    console.out(rows_text(server::JsonValue::parse(server::keys_json(keys, now))["keys"],
                          {"id", "name", "role", "state", "made", "expires", "rate"},
                          arguments.format));
    return kFine;
  }
  Table table({{console.say({"id", "编号"})},
               {console.say({"name", "名称"}), Align::Left, kNameCells},
               {console.say({"role", "角色"})},
               {console.say({"state", "状态"})},
               {console.say({"made", "创建时间"})},
               {console.say({"expires", "有效期至"})},
               {console.say({"rate", "频率"}), Align::Right}});
  for (const ApiKey& key : keys) {
    table.add({key.id, printable(key.name), std::string(name_of(key.role)),
               console.say(state_text(key, now)), key.made,
               key.expires.has_value() ? server::day_text(*key.expires) : "-", rate_text(key)});
  }
  console.out(keys.empty() ? console.say({"no keys\n", "没有密钥\n"}) : table.text());
  return kFine;
}

int revoke(const KeyArguments& arguments, const std::string& file, Console& console) {
  const auto now = std::chrono::system_clock::now();
  const auto revoked = server::revoke_key(file, arguments.name, now);
  if (!revoked.has_value()) {
    return console.report(revoked.error());
  }
  if (arguments.format == Format::Json) {
    console.out(server::key_json(*revoked, now) + "\n");
    return kFine;
  }
  const std::string name = printable(revoked->name) + " (" + revoked->id + ")";
  console.out(console.say({"revoked " + name + "\n", "已撤销 " + name + "\n"}));
  return kFine;
}

}  // namespace

// The database is not opened: a server may be writing to it.
int run(const KeyArguments& arguments, Console& console) {
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::path(arguments.db) / "data.mdb", ignored)) {
    static_cast<void>(console.report(server::missing_database(arguments.db)));
    return kSystemAtFault;
  }
  const std::string file = server::key_file_of(arguments.db);
  switch (arguments.action) {
    case KeyAction::Create:
      return create(arguments, file, console);
    case KeyAction::Revoke:
      return revoke(arguments, file, console);
    case KeyAction::List:
      break;
  }
  return list(arguments, file, console);
}

}  // namespace tagline::cli
