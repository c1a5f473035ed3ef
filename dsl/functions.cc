#include "dsl/functions.h"

#include "dsl/unicode.h"

#include <algorithm>

namespace tagline::dsl {
namespace {

constexpr std::array<Option, 8> kOptions = {{
    {OptionId::Count, "count", "次数"},
    {OptionId::Days, "days", "天数"},
    {OptionId::Streak, "streak", "连续天数"},
    {OptionId::Sum, "sum", "金额"},
    {OptionId::In, "in", "时间"},
    {OptionId::Within, "within", "间隔"},
    {OptionId::By, "by", "按"},
    {OptionId::Seed, "seed", "种子"},
}};

constexpr std::array<OptionId, 5> kDidOptions = {OptionId::Count, OptionId::Days, OptionId::Streak,
                                                 OptionId::Sum, OptionId::In};
constexpr std::array<OptionId, 2> kSequenceOptions = {OptionId::Within, OptionId::In};
constexpr std::array<OptionId, 1> kTopOptions = {OptionId::By};
constexpr std::array<OptionId, 1> kSampleOptions = {OptionId::Seed};

constexpr std::array<Function, 7> kFunctions = {{
    {FunctionId::Did, "did", "做过", kDidOptions, "did(purchase)", "做过(购买)"},
    {FunctionId::Sequence, "sequence", "依次做过", kSequenceOptions, "sequence(view, purchase)",
     "依次做过(浏览, 购买)"},
    {FunctionId::AtLeast,
     "at_least",
     "至少",
     {},
     "at_least(2, vip, city:tier1, age >= 30)",
     "至少(2, 会员, 城市:一线, 年龄 >= 30)"},
    {FunctionId::Top, "top", "最高", kTopOptions, "top(1000, vip, by:spend)",
     "最高(1000, 会员, 按:消费金额)"},
    {FunctionId::Bottom, "bottom", "最低", kTopOptions, "bottom(1000, vip, by:spend)",
     "最低(1000, 会员, 按:消费金额)"},
    {FunctionId::Sample, "sample", "抽样", kSampleOptions, "sample(10%, vip)", "抽样(10%, 会员)"},
    {FunctionId::Lookalike, "lookalike", "相似", {}, "lookalike(20000, vip)", "相似(20000, 会员)"},
}};

template <class Entry>
[[nodiscard]] bool is_called(const Entry& entry, std::string_view lower) {
  return entry.en == lower || entry.zh == lower;
}

}  // namespace

std::span<const Function> functions() {
  return kFunctions;
}

std::span<const Option> options() {
  return kOptions;
}

const Option& option(OptionId id) {
  return kOptions[static_cast<std::size_t>(id)];
}

const Function* find_function(std::string_view name) {
  const std::string lower = ascii_lower(name);
  const auto found =
      std::find_if(kFunctions.begin(), kFunctions.end(),
                   [&](const Function& function) { return is_called(function, lower); });
  return found == kFunctions.end() ? nullptr : &*found;
}

const Option* find_option(std::string_view name) {
  const std::string lower = ascii_lower(name);
  const auto found = std::find_if(kOptions.begin(), kOptions.end(),
                                  [&](const Option& entry) { return is_called(entry, lower); });
  return found == kOptions.end() ? nullptr : &*found;
}

const Option* find_option(const Function& function, std::string_view name) {
  const Option* found = find_option(name);
  if (found == nullptr || std::find(function.options.begin(), function.options.end(), found->id) ==
                              function.options.end()) {
    return nullptr;
  }
  return found;
}

}  // namespace tagline::dsl
