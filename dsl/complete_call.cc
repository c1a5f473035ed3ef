#include "dsl/complete_call.h"

namespace tagline::dsl {
namespace {

/// Arguments that are no options, the one at the cursor among them.
[[nodiscard]] std::size_t positional(const OpenCall& call) {
  return call.positional + (call.in_option ? 0 : 1);
}
/// Options so far: those ahead, and the one at the cursor.
[[nodiscard]] std::size_t options_used(const OpenCall& call) {
  return call.used.size() + (call.in_option ? 1 : 0);
}

}  // namespace

bool lacks_by(const OpenCall& call) {
  const FunctionId id = call.function->id;
  return (id == FunctionId::Top || id == FunctionId::Bottom) && options_used(call) == 0;
}

bool is_whole(const OpenCall& call) {
  constexpr std::size_t kLeastOfAtLeast = 3;  // a number and two conditions
  switch (call.function->id) {
    case FunctionId::Did:
    case FunctionId::Sample:
      return positional(call) >= 1;
    case FunctionId::Sequence:
    case FunctionId::Lookalike:
      return positional(call) >= 2;
    case FunctionId::AtLeast:
      return positional(call) >= kLeastOfAtLeast;
    case FunctionId::Top:
    case FunctionId::Bottom:
      break;
  }
  return positional(call) >= 1 && !lacks_by(call);
}

bool takes_more(const OpenCall& call) {
  const bool has_options = options_used(call) < call.function->options.size();
  switch (call.function->id) {
    case FunctionId::Did:
      return has_options;
    case FunctionId::Sequence:
    case FunctionId::AtLeast:
      return true;
    case FunctionId::Top:
    case FunctionId::Bottom:
    case FunctionId::Sample:
    case FunctionId::Lookalike:
      break;
  }
  return has_options || positional(call) < 2;
}

}  // namespace tagline::dsl
