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
    case Code::Copy:
      return "copy";
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

std::string rows_text(const Program& program, Slice rows, const RowName& name) {
  std::string text;
  for (std::uint32_t i = rows.begin; i < rows.end; ++i) {
    text += (text.empty() ? "" : ", ") + name(program.leaves[program.operands[i]]);
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
    case Code::Universe:
    case Code::Clear:
      return {};
  }
  return {};
}

}  // namespace

std::string print(const Program& program, const RowName& name) {
  const RowName name_or_default = name ? name : RowName(default_name);
  std::string text;
  for (std::size_t section = 0; section < program.sections.size(); ++section) {
    if (program.sections.size() > 1) {
      const bool main = section + 1 == program.sections.size();
      text += main ? std::string("main:\n") : "section " + std::to_string(section) + ":\n";
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
