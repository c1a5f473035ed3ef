// Functions: the table of what may be called, with what options. Functions are data, not grammar: a
// new one is a row here and a branch in the checker.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace tagline::dsl {

enum class FunctionId : std::uint8_t { Did, Sequence, AtLeast, Top, Bottom, Sample, Lookalike };
enum class OptionId : std::uint8_t { Count, Days, Streak, Sum, In, Within, By, Seed };

struct Option {
  OptionId id;
  std::string_view en;
  std::string_view zh;
};

struct Function {
  FunctionId id;
  std::string_view en;
  std::string_view zh;
  std::span<const OptionId> options;
  std::string_view example_en;  ///< a whole call
  std::string_view example_zh;
};

[[nodiscard]] std::span<const Function> functions();
[[nodiscard]] std::span<const Option> options();
[[nodiscard]] const Option& option(OptionId id);
/// In any ASCII case, either language; null when there is none.
[[nodiscard]] const Function* find_function(std::string_view name);
/// Any option of any function.
[[nodiscard]] const Option* find_option(std::string_view name);
[[nodiscard]] const Option* find_option(const Function& function, std::string_view name);

}  // namespace tagline::dsl
