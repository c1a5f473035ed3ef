#include "cli/count_csv.h"

#include "cli/console.h"
#include "server/day_text.h"

namespace tagline::cli {

std::string count_csv(const server::Answer& answer) {
  return csv_field(answer.expression) + "," + std::to_string(answer.count) + "," +
         std::to_string(answer.population) + "," + server::day_text(answer.as_of) + "," +
         std::to_string(answer.elapsed.count()) + "\n";
}

}  // namespace tagline::cli
