#include "dsl/print.h"

#include "dsl/functions.h"
#include "dsl/literal.h"
#include "dsl/unicode.h"

#include <algorithm>

namespace tagline::dsl {
namespace {

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
    }
    out.push_back(c);
  }
  out.push_back('"');
  return out;
}

/// Reads as one word that is no keyword, no value and no wildcard, whatever stands around it.
bool is_plain(std::u32string_view text) {
  const bool one_word = !text.empty() && std::all_of(text.begin(), text.end(), is_word_char);
  // What the fold would change, typed without quotes, would come back as something else.
  const bool folded =
      std::any_of(text.begin(), text.end(), [](char32_t point) { return fold(point) != point; });
  return one_word && !folded && !is_keyword(text) && !is_literal(text) &&
         text.find(U'*') == std::u32string_view::npos;
}

std::string_view symbol(Comparison comparison) {
  switch (comparison) {
    case Comparison::None:
      break;
    case Comparison::Is:
      return ":";
    case Comparison::IsNot:
      return " != ";
    case Comparison::Greater:
      return " > ";
    case Comparison::GreaterEqual:
      return " >= ";
    case Comparison::Less:
      return " < ";
    case Comparison::LessEqual:
      return " <= ";
  }
  return "";
}

void print_to(std::string& out, const Tree& tree);

void print_value(std::string& out, const TermValue& value) {
  if (value.period.has_value()) {
    out += to_text(*value.period);
  } else {
    out += value.word.quoted ? write_value(value.word.text) : value.word.text;
  }
}

void print_term(std::string& out, const Tree& term, bool is_argument) {
  // A quoted name is never an option: `"in":x` must not come back as one.
  const bool keep_quotes =
      is_argument && term.comparison != Comparison::None && find_option(term.name.text) != nullptr;
  if (!term.name.quoted) {
    out += term.name.text;
  } else {
    out += keep_quotes ? quote(term.name.text) : write_name(term.name.text);
  }
  out += symbol(term.comparison);
  if (term.values.size() == 1) {
    print_value(out, term.values.front());
    return;
  }
  for (std::size_t i = 0; i < term.values.size(); ++i) {
    out += i == 0 ? "(" : ", ";
    print_value(out, term.values[i]);
  }
  out += term.values.empty() ? "" : ")";
}

void print_bracketed(std::string& out, const Tree& tree) {
  const bool brackets = tree.kind == TreeKind::And || tree.kind == TreeKind::Or;
  out += brackets ? "(" : "";
  print_to(out, tree);
  out += brackets ? ")" : "";
}

void print_to(std::string& out, const Tree& tree) {
  switch (tree.kind) {
    case TreeKind::And:
    case TreeKind::Or:
      for (std::size_t i = 0; i < tree.operands.size(); ++i) {
        out += i == 0 ? "" : (tree.kind == TreeKind::And ? " AND " : " OR ");
        print_bracketed(out, tree.operands[i]);
      }
      return;
    case TreeKind::Not:
      out += "NOT ";
      print_bracketed(out, tree.operands.front());
      return;
    case TreeKind::Everyone:
      out += "*";
      return;
    case TreeKind::Segment:
      out += "@";
      // Keywords and numbers need no quotes after @.
      out += tree.name.quoted && !is_keyword(decode(tree.name.text)) ? write_name(tree.name.text)
                                                                     : tree.name.text;
      return;
    case TreeKind::Term:
      print_term(out, tree, false);
      return;
    case TreeKind::Literal:
      out += tree.name.text;
      return;
    case TreeKind::Call:
      break;
  }
  out += tree.name.text + "(";
  for (std::size_t i = 0; i < tree.operands.size(); ++i) {
    out += i == 0 ? "" : ", ";
    if (tree.operands[i].kind == TreeKind::Term) {
      print_term(out, tree.operands[i], true);
    } else {
      print_to(out, tree.operands[i]);
    }
  }
  out += ")";
}

}  // namespace

std::string print(const Tree& tree) {
  std::string out;
  print_to(out, tree);
  return out;
}

bool is_period_word(std::string_view word) {
  const std::u32string text = decode(word);
  for (const PeriodName& name : period_names()) {
    if (name.text == text) {
      return true;
    }
  }
  std::u32string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char32_t point) { return ascii_lower(point); });
  for (const std::u32string_view last :
       {std::u32string_view(U"last"), std::u32string_view(U"最近"), std::u32string_view(U"近"),
        std::u32string_view(U"过去")}) {
    if (lower.starts_with(last) &&
        read_length(std::u32string_view(lower).substr(last.size())).has_value()) {
      return true;
    }
  }
  return false;
}

std::string write_name(std::string_view name) {
  const std::u32string points = decode(name);
  return is_plain(points) && points.front() != U'-' ? std::string(name) : quote(name);
}

std::string write_value(std::string_view value) {
  const std::u32string points = decode(value);
  return is_plain(points) && !is_period_word(value) ? std::string(value) : quote(value);
}

}  // namespace tagline::dsl
