#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/table.h"
#include "server/answer_json.h"
#include "server/schema_json.h"
#include "server/service.h"

namespace tagline::cli {

int run(const UserArguments& arguments, Console& console) {
  const auto service = server::Service::open(arguments.db, {});
  if (!service.has_value()) {
    static_cast<void>(console.report(service.error()));
    return kSystemAtFault;  // whatever the reason: it is the database that could not be opened
  }
  const auto profile = (*service)->user(arguments.id);
  if (!profile.has_value()) {
    return console.report(profile.error());
  }
  if (arguments.format == Format::Json) {
    console.out(server::profile_json(*profile) + "\n");
    return kFine;
  }
  console.out(console.say({"user ", "用户 "}) + profile->id + "\n");
  Table table({{console.say({"tag", "标签"})},
               {console.say({"kind", "类型"})},
               {console.say({"value", "取值"})}});
  for (const server::UserTag& tag : profile->tags) {
    std::string values;
    for (const std::string& value : tag.values) {
      values += (values.empty() ? "" : ", ") + value;
    }
    if (tag.kind == engine::TagKind::Flag) {
      values = console.say({"yes", "是"});
    }
    table.add({tag.name, std::string(server::kind_name(tag.kind)), values});
  }
  console.out(table.text(2));
  return kFine;
}

}  // namespace tagline::cli
