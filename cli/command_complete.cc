#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/names_source.h"
#include "cli/table.h"
#include "dsl/complete.h"
#include "server/forms.h"

#include <string>

namespace tagline::cli {
namespace {

void print_table(const dsl::Completions& completions, Console& console) {
  Table table({{console.say({"insert", "插入"}), Align::Left, 48},
               {console.say({"kind", "种类"})},
               {console.say({"people", "人数"}), Align::Right},
               {console.say({"detail", "说明"}), Align::Left, 48}});
  for (const dsl::Completion& candidate : completions.candidates) {
    table.add({candidate.insert, std::string(dsl::wire_name(candidate.kind)),
               candidate.people.has_value() ? grouped(*candidate.people) : "",
               candidate.deprecated ? console.say({"deprecated", "已弃用"})
                                    : console.say(candidate.detail)});
  }
  console.out(table.text());
}

}  // namespace

int run(const CompleteArguments& arguments, Console& console) {
  return with_names(arguments.db, arguments.catalogue_file, arguments.as_of, console,
                    [&](const dsl::Catalogue& catalogue, const dsl::CheckOptions& check) {
                      dsl::CompleteOptions options;
                      options.as_of = check.as_of;
                      options.people = check.people;
                      const auto completions =
                          dsl::complete(arguments.text, arguments.cursor, catalogue, options);
                      if (arguments.format == Format::Json) {
                        console.out(server::completions_json(completions, arguments.text) + "\n");
                      } else {
                        print_table(completions, console);
                      }
                      return kFine;
                    });
}

}  // namespace tagline::cli
