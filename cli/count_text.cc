#include "cli/count_text.h"

#include "server/day_text.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>

namespace tagline::cli {
namespace {

constexpr unsigned kBarCells = 30;

double seconds_of(const server::Answer& answer) {
  return std::chrono::duration<double>(answer.elapsed).count();
}

}  // namespace

void print(const server::Answer& answer, Console& console) {
  const unsigned window = console.window();
  // Behind the label and the share.
  const unsigned bar_cells =
      window == 0 ? kBarCells : std::min(kBarCells, window - std::min(window, 24U));
  const auto line = [&](const Text& label, const std::string& value) {
    Text padded = label;
    padded.en.resize(std::max<std::size_t>(padded.en.size(), 12), ' ');
    for (std::size_t cells = padded.zh.size() / 3 * 2; cells < 12;
         ++cells) {  // every character here is three bytes, two cells
      padded.zh += ' ';
    }
    console.out("  " + console.say(padded) + value + "\n");
  };
  console.out_expression(answer.expression);
  line({"count", "人数"}, grouped(answer.count));
  line({"population", "总人数"}, grouped(answer.population));
  line({"share", "占比"}, percent(answer.count, answer.population) + "  " +
                              bar(answer.count, answer.population, bar_cells));
  line({"as of", "日期"}, server::day_text(answer.as_of) + " (" + answer.time_zone + ")");
  line({"time", "用时"}, duration_text(seconds_of(answer)));
}

}  // namespace tagline::cli
