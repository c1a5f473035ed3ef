#include "cli/repl/tour_script.h"

#include "cli/embedded_files.h"

#include <algorithm>
#include <utility>

namespace tagline::cli {
namespace {

constexpr std::string_view kStepMark = "## ";
constexpr std::string_view kTitleMark = "# ";
constexpr std::string_view kInputMark = "    ";
constexpr std::string_view kSeenMark = "> ";

/// Without blank lines at its ends.
std::string trimmed(const std::string& lines) {
  const std::size_t begin = lines.find_first_not_of('\n');
  return begin == std::string::npos ? std::string()
                                    : lines.substr(begin, lines.find_last_not_of('\n') + 1 - begin);
}

/// Says of every part which expression it is about.
void connect(TourScript& script) {
  std::string last;
  std::string before;
  std::vector<std::string> expressions;  // the newest first
  for (TourStep& step : script.steps) {
    for (TourPart& part : step.parts) {
      part.text = trimmed(part.text);
      if (!part.input.starts_with('\\')) {
        before = std::exchange(last, part.input);
        expressions.insert(expressions.begin(), part.input);
      }
      part.expression = last;
      part.expression_before = before;
      for (const std::string& wider : expressions) {
        if (last.size() > wider.size() && last.starts_with(wider)) {
          part.wider.push_back(wider);
        }
      }
    }
  }
}

}  // namespace

TourScript TourScript::parse(std::string_view text) {
  TourScript script;
  std::string* said = &script.intro;  // where plain lines go
  TourStep step;
  TourPart part;
  const auto end_part = [&] {
    if (!part.input.empty()) {
      step.parts.push_back(std::exchange(part, {}));
      said = &part.text;
    }
  };
  const auto end_step = [&] {
    end_part();
    if (!step.parts.empty()) {
      script.steps.push_back(std::exchange(step, {}));
    }
  };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with(kStepMark)) {
      end_step();
      part = {};
      step.title = line.substr(kStepMark.size());
      said = &part.text;
    } else if (line.starts_with(kInputMark)) {
      end_part();
      part.input = line.substr(kInputMark.size());
    } else if (line.starts_with(kSeenMark)) {
      part.seen += (part.seen.empty() ? "" : "\n") + std::string(line.substr(kSeenMark.size()));
    } else if (!line.starts_with(kTitleMark)) {
      if (!line.empty()) {
        end_part();
      }
      *said += std::string(line) + "\n";
    }
  }
  end_step();
  script.intro = trimmed(script.intro);
  script.outro = trimmed(part.text);
  connect(script);
  return script;
}

const TourScript& tour_script(dsl::Language language) {
  static const TourScript en = TourScript::parse(embedded_file("tour.en.md"));
  static const TourScript zh = TourScript::parse(embedded_file("tour.zh.md"));
  return language == dsl::Language::Chinese ? zh : en;
}

}  // namespace tagline::cli
