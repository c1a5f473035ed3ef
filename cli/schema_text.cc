#include "cli/schema_text.h"

#include "cli/names_text.h"
#include "cli/table.h"

namespace tagline::cli {

std::string schema_text(const ingest::Schema& schema, const Console& console) {
  const std::string id =
      schema.id_column.empty()
          ? console.say({"  id: the row number\n", "  编号：行号\n"})
          : console.say({"  id: column ", "  编号：列 "}) + schema.id_column + "\n";
  Table table({{console.say({"column", "列"}), Align::Left, 28},
               {console.say({"kind", "类型"})},
               {console.say({"why", "理由"}), Align::Left, 90}});
  for (const ingest::Column& column : schema.columns) {
    table.add(
        {column.column,
         column.skip ? console.say({"skip", "略过"}) : kind_text(column.kind, console.language()),
         console.say(column.why)});
  }
  return id + table.text(2);
}

}  // namespace tagline::cli
