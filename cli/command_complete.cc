#include "cli/commands.h"
#include "cli/counted.h"
#include "cli/exit_status.h"
#include "cli/names_source.h"
#include "cli/table.h"
#include "dsl/complete.h"
#include "dsl/unicode.h"
#include "server/forms.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace tagline::cli {
namespace {

constexpr std::string_view kBreaks = "\t\n\r";
/// A shell shows those that begin with what was typed, and lists them itself.
constexpr std::size_t kForShellMax = 1'000;

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

/// `from` and `to` as in JSON: code points from 1, `to` behind the last.
void print_csv(const dsl::Completions& completions, Console& console) {
  std::string rows = "from,to,insert,kind,label,people,deprecated\n";
  const std::string place = std::to_string(completions.replace.begin + 1) + "," +
                            std::to_string(completions.replace.end + 1) + ",";
  for (const dsl::Completion& candidate : completions.candidates) {
    rows += place + csv_field(candidate.insert) + "," +
            std::string(dsl::wire_name(candidate.kind)) + "," + csv_field(candidate.label) + "," +
            (candidate.people.has_value() ? std::to_string(*candidate.people) : "") + "," +
            (candidate.deprecated ? "true" : "false") + "\n";
  }
  console.out(rows);
}

std::size_t byte_of(std::string_view text, std::uint32_t point) {
  std::size_t at = 0;
  for (; point > 0 && at < text.size(); --point) {
    at += dsl::decode_at(text, at).bytes;
  }
  return at;
}

/// The text with a candidate in its place.
std::string with_candidate(const std::string& text, const dsl::Span& place,
                           const std::string& insert) {
  return text.substr(0, byte_of(text, place.begin)) + insert +
         text.substr(byte_of(text, place.end));
}

std::string meaning_of(const dsl::Completion& candidate, Console& console) {
  std::string meaning =
      candidate.deprecated ? console.say({"deprecated", "已弃用"}) : console.say(candidate.detail);
  if (candidate.people.has_value()) {
    meaning = console.say({people_counted(*candidate.people), grouped(*candidate.people) + " 人"}) +
              (meaning.empty() ? "" : "  ") + meaning;
  }
  std::replace_if(
      meaning.begin(), meaning.end(),
      [](char c) { return kBreaks.find(c) != std::string_view::npos; }, ' ');
  return meaning;
}

/// Whether a name of a tag is one of a kind that is wanted.
bool is_wanted(const std::string& name, ShellWant want, const dsl::Catalogue& catalogue) {
  if (want != ShellWant::NumberTag && want != ShellWant::OrderedTag) {
    return true;
  }
  return std::any_of(catalogue.tags.begin(), catalogue.tags.end(), [&](const dsl::Tag& tag) {
    const bool is_kind = tag.kind == engine::TagKind::Number ||
                         (want == ShellWant::OrderedTag && tag.kind == engine::TagKind::Date);
    return is_kind && (tag.name == name || std::find(tag.aliases.begin(), tag.aliases.end(),
                                                     name) != tag.aliases.end());
  });
}

/// A shell replaces its whole word: with the text with each candidate in its place, or with a name
/// alone. What a line cannot hold is left out.
void print_for_shell(const dsl::Completions& completions, const CompleteArguments& arguments,
                     const dsl::Catalogue& catalogue, Console& console) {
  const bool whole = *arguments.shell == ShellWant::Expression;
  const auto wanted = *arguments.shell == ShellWant::Segment ? dsl::CompletionKind::Segment
                                                             : dsl::CompletionKind::Tag;
  std::string lines;
  for (const dsl::Completion& candidate : completions.candidates) {
    const std::string word =
        whole ? with_candidate(arguments.text, completions.replace, candidate.insert)
              : candidate.label;
    const bool fits = whole || (candidate.kind == wanted &&
                                is_wanted(candidate.label, *arguments.shell, catalogue));
    if (fits && word.find_first_of(kBreaks) == std::string::npos) {
      lines += printable(word) + "\t" + printable(meaning_of(candidate, console)) + "\n";
    }
  }
  console.out(lines);
}

}  // namespace

int run(const CompleteArguments& arguments, Console& console) {
  const auto complete = [&](const dsl::Catalogue& catalogue, const dsl::CheckOptions& check) {
    dsl::CompleteOptions options;
    options.as_of = check.as_of;
    options.people = check.people;
    std::string text = arguments.text;
    if (arguments.shell.has_value()) {
      options.candidates_max = kForShellMax;
      text = (*arguments.shell == ShellWant::Segment ? "@" : "") + text;
    }
    constexpr std::uint32_t kAtTheEnd = std::numeric_limits<std::uint32_t>::max();
    const auto completions =
        dsl::complete(text, arguments.cursor.value_or(kAtTheEnd), catalogue, options);
    if (arguments.shell.has_value()) {
      print_for_shell(completions, arguments, catalogue, console);
    } else if (arguments.format == Format::Json) {
      console.out(server::completions_json(completions, arguments.text) + "\n");
    } else if (arguments.format == Format::Csv) {
      print_csv(completions, console);
    } else {
      print_table(completions, console);
    }
    return kFine;
  };
  return with_names(arguments.db, arguments.catalogue_file, arguments.as_of, console, complete);
}

}  // namespace tagline::cli
