#include "engine/program.h"

#include <string_view>

namespace tagline::engine {
namespace {

std::string default_name(RowKey key) {
  return std::to_string(key.field) + "/" + std::to_string(key.row);
}

std::string_view name_of(Code code) {
  switch (code) {
    case Code::AllOf:
      return "all_of";
    case Code::AnyOf:
      return "any_of";
    case Code::Range:
      return "range";
    case Code::Universe:
      return "universe";
    case Code::Clear:
      return "clear";
    case Code::Total:
      return "total";
    case Code::Streak:
      return "streak";
    case Code::Sequence:
      return "sequence";
    case Code::Sample:
      return "sample";
    case Code::Copy:
      return "copy";
    case Code::Keep:
      return "keep";
    case Code::Intersect:
      return "intersect";
    case Code::Unite:
      return "unite";
    case Code::Subtract:
      return "subtract";
    case Code::Complement:
      return "complement";
    case Code::CountStart:
      return "count_start";
    case Code::CountRows:
      return "count_rows";
    case Code::CountAdd:
      return "count_add";
    case Code::CountEnd:
      return "count_end";
    case Code::Once:
      return "once";
    case Code::SkipIfEmpty:
      return "skip_if_empty";
    case Code::SkipIfFull:
      return "skip_if_full";
  }
  return {};
}

// Days of events and wildcards come by the hundred.
constexpr std::uint32_t kRowsMax = 16;

std::string leaf_text(const Program& program, std::uint32_t leaf, const RowName& name) {
  const RowKey key = program.leaves[leaf];
  if (key.field == kComputedField) {
    return "set #" + std::to_string(key.row);
  }
  return program.leaf_is_day[leaf]
             ? name({key.field, kPresentPart}) + " on " + iso_date(day_of(key.row))
             : name(key);
}

std::string test_text(const Program& program, const Instruction& instruction) {
  if (instruction.code == Code::Total) {
    const TotalTest& test = program.totals[instruction.test];
    std::string text = " of " + std::to_string(test.rows.size() + test.days.size()) + " rows";
    for (std::size_t i = 0; i < test.intervals.size(); ++i) {
      text += (i == 0 ? " in [" : " or [") + std::to_string(test.intervals[i].low) + ", " +
              std::to_string(test.intervals[i].high) + "]";
    }
    return text;
  }
  if (instruction.code == Code::Streak) {
    const StreakTest& test = program.streaks[instruction.test];
    return " >= " + std::to_string(test.low) + " of " + std::to_string(test.days.size()) + " days";
  }
  const SequenceTest& test = program.sequences[instruction.test];
  return " of " + std::to_string(test.terms.size()) + " steps over " +
         std::to_string(test.days.size()) + " days";
}

std::string rows_text(const Program& program, Slice rows, const RowName& name) {
  std::string text;
  for (std::uint32_t i = rows.begin; i < rows.end; ++i) {
    text += (text.empty() ? "" : ", ") + leaf_text(program, program.operands[i], name);
    if (const std::uint32_t more = rows.end - i - 1; i - rows.begin + 1 == kRowsMax && more > 1) {
      text += ", and " + std::to_string(more) + " more";
      break;
    }
  }
  return "{" + text + "}";
}

std::string details(const Program& program, const Instruction& instruction, const RowName& name) {
  const std::string source = " r" + std::to_string(instruction.source);
  const std::string counter = " c" + std::to_string(instruction.counter);
  switch (instruction.code) {
    case Code::AllOf:
    case Code::AnyOf: {
      std::string text =
          instruction.rows.size() == 0 ? "" : " " + rows_text(program, instruction.rows, name);
      if (instruction.without.size() != 0) {
        text += " without " + rows_text(program, instruction.without, name);
      }
      return text;
    }
    case Code::Range: {
      const RangeTest& test = program.ranges[instruction.range];
      return " " + name({program.leaves[test.exists].field, kExistsRow}) + " [" +
             std::to_string(test.low) + ", " + std::to_string(test.high) + "]";
    }
    case Code::Copy:
    case Code::Keep:
    case Code::Intersect:
    case Code::Unite:
    case Code::Subtract:
    case Code::Complement:
      return source;
    case Code::CountStart:
      return counter + " >= " + std::to_string(instruction.threshold);
    case Code::CountRows:
      return counter + " " + rows_text(program, instruction.rows, name);
    case Code::CountAdd:
      return counter + source;
    case Code::CountEnd:
      return counter;
    case Code::Once:
      return " section " + std::to_string(instruction.section);
    case Code::SkipIfEmpty:
    case Code::SkipIfFull:
      return " to " + std::to_string(instruction.skip_to);
    case Code::Total:
    case Code::Streak:
    case Code::Sequence:
      return test_text(program, instruction);
    case Code::Sample:
      return " hash < " + std::to_string(instruction.threshold) + ", seed " +
             std::to_string(instruction.seed);
    case Code::Universe:
    case Code::Clear:
      return {};
  }
  return {};
}

std::string heading(const Program& program, std::size_t section) {
  for (std::size_t i = 0; i < program.answers.size(); ++i) {
    if (program.answers[i].section == section) {
      return program.answers.size() == 1 ? "main:\n" : "answer " + std::to_string(i) + ":\n";
    }
  }
  return "section " + std::to_string(section) + ":\n";
}

}  // namespace

std::string print(const Program& program, const RowName& name) {
  const RowName name_or_default = name ? name : RowName(default_name);
  std::string text;
  for (std::size_t section = 0; section < program.sections.size(); ++section) {
    if (program.sections.size() > 1) {
      text += heading(program, section);
    }
    const Slice code = program.sections[section];
    for (std::uint32_t at = code.begin; at < code.end; ++at) {
      const Instruction& instruction = program.code[at];
      text += std::to_string(at) + "  " + std::string(name_of(instruction.code)) + " r" +
              std::to_string(instruction.target) + (instruction.into ? " and" : "") +
              details(program, instruction, name_or_default);
      if (instruction.mask != kNoRegister) {
        text += " for r" + std::to_string(instruction.mask);
      }
      text += "\n";
    }
  }
  return text;
}

}  // namespace tagline::engine
