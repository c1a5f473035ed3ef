#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/progress.h"
#include "cli/schema_text.h"
#include "ingest/infer.h"
#include "server/schema_json.h"

namespace tagline::cli {

int run(const InferArguments& arguments, Console& console) {
  ingest::InferOptions options;
  options.id_column = arguments.id_column;
  const auto schema = [&] {
    const ProgressTicker ticker(console, {"reading the first rows ...", "正在读取前面的行……"});
    return ingest::infer(arguments.file, options);
  }();
  if (!schema.has_value()) {
    return console.report(schema.error());
  }
  if (arguments.format == Format::Table) {
    console.out(schema_text(*schema, console));
    return kFine;
  }
  console.out(server::schema_to_json(*schema) + "\n");
  return kFine;
}

}  // namespace tagline::cli
