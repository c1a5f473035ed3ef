// The grammar of the language, and the only file that knows Boost.Spirit X3.
//
// X3 parses the scanned text (dsl/scan.h), so there is no Unicode, no quote and no unbounded
// nesting left to deal with here. Rules are named by the error they mean: an expectation that fails
// throws with the name of the rule that was expected, and `fault_at` turns that into a code. A
// check that no rule can express (a name that reads as a number) sets `State::fault`, which
// outranks whatever X3 reports afterwards; such checks stand only where the parser is already
// committed, so the first one is the right one. Nothing else is thrown.
//
// Traps this file walks around (Boost 1.81): attributes are not rolled back when an alternative
// fails, so every rule fills its node in actions; predicates skip blanks first, so boundaries stand
// inside lexeme; plain char_ does not match beyond ASCII, so only the unicode one is named; `a %
// op` swallows a dangling operator, so lists are `a >> *(op > a)`.
#define BOOST_SPIRIT_X3_UNICODE

#include "dsl/grammar.h"

#include "dsl/grammar_fault.h"
#include "dsl/literal.h"
#include "dsl/unicode.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>

#include <boost/spirit/home/x3.hpp>

// What is expected is named by its rule, also when an action hangs on it (Boost 1.81 gives the
// mangled type instead).
template <class Subject, class Action>
struct boost::spirit::x3::get_info<boost::spirit::x3::action<Subject, Action>> {
  using result_type = std::string;
  std::string operator()(const action<Subject, Action>& parser) const {
    return what(parser.subject);
  }
};

namespace tagline::dsl {
namespace {

namespace x3 = boost::spirit::x3;
using Iterator = const char32_t*;
template <class T>
using Symbols = x3::symbols_parser<boost::spirit::char_encoding::unicode, T>;

struct State {
  const Scanned& scanned;
  const Limits& limits;
  Iterator begin;
  std::uint32_t terms = 0;
  std::optional<Fault> fault{};
  Span matched{};  ///< by the last rule that is Marked
  Span before{};   ///< the last leaf

  [[nodiscard]] Span span(Iterator first, Iterator last) const {
    return {static_cast<std::uint32_t>(first - begin), static_cast<std::uint32_t>(last - begin)};
  }
  void stop(std::string_view code, Span span, std::uint64_t count = 0) {
    if (!fault.has_value()) {
      fault = Fault{code, span, count};
    }
  }
};
struct StateTag;

template <class Context>
State& state_of(const Context& context) {
  return x3::get<StateTag>(context).get();
}

template <class Range>
std::u32string_view view_of(const Range& range) {
  return {range.begin(), static_cast<std::size_t>(range.end() - range.begin())};
}

/// The text of a quoted word: `\"` and `\\` are the only escapes, the scan has checked them.
std::string unescape(std::u32string_view content) {
  std::string out;
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (content[i] == U'\\' && i + 1 < content.size()) {
      ++i;
    }
    append_utf8(out, content[i]);
  }
  return out;
}

/// The text of a word that is not quoted, composed; as typed where that would make it something
/// else, such as the question mark of Greek, which composes to a semicolon.
std::string composed(std::u32string_view word) {
  const std::string typed = encode(word);
  if (is_composed(typed)) {
    return typed;
  }
  std::string text = to_nfc(typed);
  const std::u32string points = decode(text);
  const bool is_word = std::all_of(points.begin(), points.end(), is_word_char) &&
                       is_literal(points) == is_literal(word) && !is_keyword(points);
  return is_word ? text : typed;
}

/// Rules that say where they matched. X3 hides the node from on_success when a rule has actions, so
/// the place is left in the state, and the action of the caller, which runs next, writes it into
/// the node.
struct Marked {
  template <class Unused, class Context>
  void on_success(const Iterator& first, const Iterator& last, Unused& /*node*/,
                  const Context& context) {
    State& state = state_of(context);
    state.matched = state.span(first, last);
  }
};

/// And, Or and Not let a single operand through untouched, with the span it has.
template <class Context>
Tree located(Context& context) {
  Tree tree = std::move(x3::_attr(context));
  const bool is_group =
      tree.kind == TreeKind::And || tree.kind == TreeKind::Or || tree.kind == TreeKind::Not;
  if (is_group && !tree.bracketed) {
    tree.span = state_of(context).matched;
  }
  return tree;
}

void absorb(Tree& group, Tree&& operand) {
  if (operand.kind != group.kind) {
    group.operands.push_back(std::move(operand));
    return;
  }
  for (Tree& inner : operand.operands) {
    group.operands.push_back(std::move(inner));
  }
}

/// (a AND b) AND c = a AND b AND c: groups of one operator are flat, so only brackets make a tree
/// deep.
template <TreeKind kKind>
struct Join {
  template <class Context>
  void operator()(Context& context) const {
    Tree& whole = x3::_val(context);
    if (whole.kind != kKind || whole.bracketed) {
      Tree group;
      group.kind = kKind;
      absorb(group, std::move(whole));
      whole = std::move(group);
    }
    absorb(whole, located(context));
  }
};

template <TreeKind kKind>
struct Named {
  template <class Context>
  void operator()(Context& context) const {
    x3::_val(context).kind = kKind;
    x3::_val(context).name = std::move(x3::_attr(context));
    x3::_val(context).name.span = state_of(context).matched;
  }
};

const auto pass = [](auto& context) { x3::_val(context) = std::move(x3::_attr(context)); };
const auto condition = [](auto& context) { x3::_val(context) = located(context); };

// Leaves are counted against the limit and remembered as the last thing understood.
const auto leaf = [](auto& context) {
  State& state = state_of(context);
  Tree& tree = x3::_val(context);
  tree = std::move(x3::_attr(context));
  tree.span = state.matched;
  state.before = tree.span;
  if (++state.terms > state.limits.terms) {
    state.stop("too-many-terms", tree.span, state.terms);
  }
};

// While NOTs are being read the node is a Not after an odd number of them: an even number cancels.
const auto flip = [](auto& context) {
  Tree& tree = x3::_val(context);
  tree.kind = tree.kind == TreeKind::Not ? TreeKind::Everyone : TreeKind::Not;
};

const auto negate = [](auto& context) {
  Tree& whole = x3::_val(context);
  Tree& operand = x3::_attr(context);
  if (whole.kind != TreeKind::Not) {
    whole = std::move(operand);
  } else if (operand.kind == TreeKind::Not) {  // NOT (NOT a) = a
    Tree inner = std::move(operand.operands.front());
    whole = std::move(inner);
  } else {
    whole.operands.push_back(std::move(operand));
  }
};

const auto bracket = [](auto& context) {
  x3::_val(context) = located(context);
  x3::_val(context).bracketed = true;
};

const auto everyone_here = [](auto& context) { x3::_val(context).kind = TreeKind::Everyone; };

const auto word_text = [](auto& context) {
  x3::_val(context).text = composed(view_of(x3::_attr(context)));
};

const auto string_text = [](auto& context) {
  x3::_val(context).text = to_nfc(unescape(view_of(x3::_attr(context))));
  x3::_val(context).quoted = true;
};

const auto no_wildcard = [](auto& context) {
  const std::u32string_view text = view_of(x3::_attr(context));
  x3::_val(context).text = composed(text);
  if (const auto star = text.find(U'*'); star != std::u32string_view::npos) {
    State& state = state_of(context);
    const Iterator at = text.data() + star;
    state.stop("wildcard-in-name", state.span(at, at + 1));
    x3::_pass(context) = false;
  }
};

// A name that reads as a value is refused before anything to its right.
const auto sound_name = [](auto& context) {
  const std::u32string_view text = view_of(x3::_attr(context));
  if (is_literal(text)) {
    State& state = state_of(context);
    state.stop("literal-not-condition", state.span(text.data(), text.data() + text.size()));
    x3::_pass(context) = false;
    return;
  }
  no_wildcard(context);
};

const auto literal_text = [](auto& context) {
  State& state = state_of(context);
  const std::u32string_view text = view_of(x3::_attr(context));
  const Iterator last = text.data() + text.size();
  if (!is_literal(text) || makes_condition(state.scanned.text, state.span(last, last).begin)) {
    x3::_pass(context) = false;
    return;
  }
  Tree& tree = x3::_val(context);
  tree.kind = TreeKind::Literal;
  tree.span = state.span(text.data(), last);
  tree.name = {encode(text), false, tree.span};
};

const auto add_argument = [](auto& context) {
  x3::_val(context).push_back(std::move(x3::_attr(context)));
};
const auto set_arguments = [](auto& context) {
  x3::_val(context).operands = std::move(x3::_attr(context));
};

const auto set_operator = [](auto& context) { x3::_val(context) = x3::_attr(context); };
const auto set_is = [](auto& context) { x3::_val(context) = Comparison::Is; };
const auto compare = [](auto& context) {
  x3::_val(context).comparison = x3::_attr(context);
  x3::_val(context).comparison_span = state_of(context).matched;
};

const auto refuse_operator = [](auto& context) {
  State& state = state_of(context);
  state.stop("bad-operator", state.span(x3::_attr(context).begin(), x3::_attr(context).end()));
  x3::_pass(context) = false;
};
const auto refuse_list = [](auto& context) {
  State& state = state_of(context);
  state.stop("list-not-allowed", state.span(x3::_attr(context).begin(), x3::_attr(context).end()));
  x3::_pass(context) = false;
};

const auto add_value = [](auto& context) {
  State& state = state_of(context);
  auto& values = x3::_val(context);
  values.push_back(std::move(x3::_attr(context)));
  values.back().span = values.back().word.span;
  if (values.size() > state.limits.list_values) {
    state.stop("too-many-values", values.back().span, values.size());
    x3::_pass(context) = false;
  }
};
const auto set_values = [](auto& context) {
  x3::_val(context).values = std::move(x3::_attr(context));
};
const auto set_word = [](auto& context) {
  x3::_val(context).word = std::move(x3::_attr(context));
  x3::_val(context).word.span = state_of(context).matched;
};
const auto set_period = [](auto& context) {
  const State& state = state_of(context);
  const std::u32string_view text(state.begin + state.matched.begin,
                                 state.matched.end - state.matched.begin);
  x3::_val(context).period = x3::_attr(context);
  x3::_val(context).word = {encode(text), false, state.matched};
};
const auto rolling_count = [](auto& context) {
  x3::_val(context) =
      Period{Period::Kind::Rolling, {count_of(view_of(x3::_attr(context))), Unit::Day}};
};
const auto rolling_unit = [](auto& context) { x3::_val(context).length.unit = x3::_attr(context); };
const auto this_unit = [](auto& context) {
  x3::_val(context) = Period{Period::Kind::This, {0, x3::_attr(context)}};
};
const auto previous_unit = [](auto& context) {
  x3::_val(context) = Period{Period::Kind::Previous, {0, x3::_attr(context)}};
};
const auto named_period = [](auto& context) { x3::_val(context) = x3::_attr(context); };

struct UnitTable : Symbols<Unit> {
  UnitTable() {
    for (const UnitName& name : unit_names()) {
      add(name.text.data(), name.unit);
    }
  }
};
struct CalendarTable : Symbols<Unit> {
  CalendarTable() {
    for (const Unit unit : {Unit::Day, Unit::Week, Unit::Month, Unit::Quarter, Unit::Year}) {
      add(decode(calendar_name(unit)).c_str(), unit);
    }
  }
};
struct PeriodTable : Symbols<Period> {
  PeriodTable() {
    for (const PeriodName& name : period_names()) {
      add(name.text.data(), name.period);
    }
  }
};
struct EqualTable : Symbols<Comparison> {
  EqualTable() {
    add(U"=", Comparison::Is)(U"==", Comparison::Is);
    add(U"!=", Comparison::IsNot)(U"<>", Comparison::IsNot)(U"≠", Comparison::IsNot);
  }
};
struct RelationTable : Symbols<Comparison> {
  RelationTable() {
    add(U">", Comparison::Greater)(U">=", Comparison::GreaterEqual)(U"≥", Comparison::GreaterEqual);
    add(U"<", Comparison::Less)(U"<=", Comparison::LessEqual)(U"≤", Comparison::LessEqual);
  }
};
const UnitTable unit_word;
const CalendarTable calendar_word;
const PeriodTable period_word;
const EqualTable eq;
const RelationTable rel;

// grammar-docs/grammar.ebnf, rule for rule. The name of a rule is the error when it is expected and
// not there.

using x3::lexeme;
using x3::no_case;
using x3::raw;
using x3::unicode::char_;
using x3::unicode::lit;

// clang-format off
struct OrId : Marked {}; struct AndId : Marked {}; struct NotId : Marked {};
struct EveryoneId : Marked {}; struct SegmentId : Marked {}; struct CallId : Marked {}; struct TermId : Marked {};
struct NameId : Marked {}; struct SegmentNameId : Marked {}; struct CallNameId : Marked {};
struct ValueWordId : Marked {}; struct PeriodId : Marked {};
struct EqualId : Marked {}; struct RelationId : Marked {}; struct ColonId : Marked {};

const x3::rule<struct QueryId, Tree>                  query        {"expected-term"};
const x3::rule<OrId, Tree>                            disjunction  {"expected-term"};
const x3::rule<AndId, Tree>                           conjunction  {"expected-term"};
const x3::rule<NotId, Tree>                           negation     {"expected-term"};
const x3::rule<struct PrimaryId, Tree>                primary      {"expected-term"};
const x3::rule<struct GroupId, Tree>                  group        {"expected-term"};
const x3::rule<EveryoneId, Tree>                      everyone     {"expected-term"};
const x3::rule<SegmentId, Tree>                       segment      {"expected-term"};
const x3::rule<TermId, Tree>                          term         {"expected-term"};
const x3::rule<CallId, Tree>                          call         {"expected-term"};
const x3::rule<struct ArgumentsId, std::vector<Tree>> arguments    {"expected-argument"};
const x3::rule<struct ArgumentId, Tree>               argument     {"expected-argument"};
const x3::rule<struct LiteralId, Tree>                literal      {"expected-argument"};
const x3::rule<NameId, Word>                          name         {"expected-name"};
const x3::rule<SegmentNameId, Word>                   segment_name {"expected-name"};
const x3::rule<CallNameId, Word>                      call_name    {"expected-name"};
const x3::rule<struct SetId, std::vector<TermValue>>  set          {"expected-value"};
const x3::rule<struct ScalarId, std::vector<TermValue>> scalar     {"expected-value"};
const x3::rule<struct ValueId, TermValue>             value        {"expected-value"};
const x3::rule<ValueWordId, Word>                     value_word   {"expected-value"};
const x3::rule<PeriodId, Period>                      period       {"expected-value"};
const x3::rule<EqualId, Comparison>                   equal        {"operator"};
const x3::rule<RelationId, Comparison>                relation     {"operator"};
const x3::rule<ColonId, Comparison>                   colon        {"operator"};
const x3::rule<struct CloseGroupId>                   close_group  {"close-group"};
const x3::rule<struct CloseListId>                    close_list   {"close-list"};
const x3::rule<struct CloseCallId>                    close_call   {"close-call"};
const x3::rule<struct OpenCallId>                     open_call    {"expected-argument"};
const x3::rule<struct FinishId>                       finish       {"end"};

// Words. A keyword is a whole word: `android`, `NOTHING` and 非会员 are names.
const auto word_char = ~char_(U" ():=<>!&|,@≥≤≠\uFDD0\uFDD1");
const auto word      = +word_char;
const auto digits    = +char_(U'0', U'9');
const auto whole     = [](const char32_t* text) { return lexeme[no_case[lit(text)] >> !word_char]; };
const auto keyword   = whole(U"and") | whole(U"or") | whole(U"not") | whole(U"且") | whole(U"或") | whole(U"非");
const auto string    = lexeme[lit(U"\uFDD0") >> raw[*~char_(U"\uFDD1")][string_text] >> lit(U"\uFDD1")];

const auto AND = whole(U"and") | whole(U"且") | lit(U"&&") | lit(U"&");
const auto OR  = whole(U"or")  | whole(U"或") | lit(U"||") | lit(U"|");
const auto NOT = whole(U"not") | whole(U"非")
               | lexeme[lit(U"!") >> !lit(U"=")]
               | lexeme[lit(U"-") >> &(word_char | lit(U"(") | lit(U"@") | lit(U"!") | lit(U"\uFDD0"))];

// Conditions.
const auto query_def       = x3::eps > disjunction[condition] > finish;
const auto disjunction_def = conjunction[condition] >> *(OR > conjunction[Join<TreeKind::Or>()]);
const auto conjunction_def = negation[condition] >> *(AND > negation[Join<TreeKind::And>()]);
const auto negation_def    = (+(NOT >> x3::eps[flip]) > primary[negate]) | primary[pass];
const auto primary_def     = group[pass] | everyone[leaf] | segment[leaf] | call[leaf] | term[leaf];
const auto group_def       = lit(U"(") > disjunction[bracket] > close_group;
const auto everyone_def    = lexeme[lit(U"*") >> !word_char] >> x3::eps[everyone_here];
const auto segment_def     = lit(U"@") > segment_name[Named<TreeKind::Segment>()];
const auto call_def        = call_name[Named<TreeKind::Call>()] > open_call > arguments[set_arguments];
const auto arguments_def   = lit(U")") | ((argument[add_argument] >> *(lit(U",") > argument[add_argument])) > close_call);
const auto argument_def    = literal[pass] | disjunction[condition];
const auto literal_def     = lexeme[raw[word][literal_text]];

// Terms.
const auto term_def  = name[Named<TreeKind::Term>()]
                     >> -( -lit(U":") >> raw[lit(U"=>") | lit(U"=<")][refuse_operator]
                         | (equal[compare] > set[set_values])
                         | (relation[compare] > scalar[set_values])
                         | (colon[compare] > set[set_values]) );
const auto set_def    = (lit(U"(") > value[add_value] > *(lit(U",") > value[add_value]) > close_list) | value[add_value];
const auto scalar_def = raw[lit(U"(")][refuse_list] | value[add_value];
const auto value_def  = period[set_period] | value_word[set_word];
const auto equal_def    = -lit(U":") >> eq[set_operator];
const auto relation_def = -lit(U":") >> rel[set_operator];
const auto colon_def    = lit(U":") >> x3::eps[set_is];

// `last 7d`, 最近7天, `this month`, 上月. Other words after `last` leave it the word `last`.
const auto period_def = (no_case[lit(U"last")] | lit(U"最近") | lit(U"近") | lit(U"过去"))
                        >> raw[lexeme[digits]][rolling_count] >> lexeme[no_case[unit_word][rolling_unit] >> !word_char]
                      | whole(U"last") >> lexeme[no_case[calendar_word][previous_unit] >> !word_char]
                      | whole(U"this") >> lexeme[no_case[calendar_word][this_unit] >> !word_char]
                      | lexeme[period_word[named_period] >> !word_char];

// Names. A leading - is NOT; a call's name touches its bracket.
const auto name_def         = string | !keyword >> !lit(U"-") >> lexeme[raw[word][sound_name]];
const auto segment_name_def = string | lexeme[raw[word][no_wildcard]];
const auto call_name_def    = !keyword >> !lit(U"-") >> &lexeme[word >> lit(U"(")] >> lexeme[raw[word][sound_name]];
const auto value_word_def   = string | !keyword >> lexeme[raw[word][word_text]];

const auto open_call_def   = lit(U"(");
const auto close_group_def = lit(U")");
const auto close_list_def  = lit(U")");
const auto close_call_def  = lit(U")");
const auto finish_def      = x3::eoi;

BOOST_SPIRIT_DEFINE(query, disjunction, conjunction, negation, primary, group, everyone, segment, term, call)
BOOST_SPIRIT_DEFINE(arguments, argument, literal, name, segment_name, call_name, set, scalar, value, value_word)
BOOST_SPIRIT_DEFINE(period, equal, relation, colon, close_group, close_list, close_call, open_call, finish)
// clang-format on

}  // namespace

Parsed parse(const Scanned& scanned, const Limits& limits) {
  Parsed parsed;
  const Iterator begin = scanned.text.data();
  const Iterator last = begin + scanned.text.size();
  if (scanned.text.find_first_not_of(U' ') == std::u32string::npos) {
    parsed.fault = Fault{"empty", {0, 0}};
    return parsed;
  }
  State state{scanned, limits, begin};
  Iterator first = begin;
  try {
    const bool ok = x3::phrase_parse(first, last, x3::with<StateTag>(std::ref(state))[query],
                                     lit(U" "), parsed.tree);
    if (!ok) {
      const Fault fault = fault_at(scanned, 0, "expected-term");
      state.stop(fault.code, fault.span);
    }
  } catch (const x3::expectation_failure<Iterator>& failure) {
    const Span where = state.span(failure.where(), failure.where());
    const Fault fault = fault_at(scanned, where.begin, failure.which());
    state.stop(fault.code, fault.span);
  }
  parsed.fault = state.fault;
  parsed.before = state.before;
  return parsed;
}

}  // namespace tagline::dsl
