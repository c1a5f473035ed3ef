#include "cli/repl/line_editor.h"

#include "cli/repl/highlight.h"
#include "dsl/display_width.h"

#include <algorithm>
#include <isocline.h>
#include <utility>
#include <vector>

namespace tagline::cli {
namespace {

LineEditor* editor = nullptr;  // isocline's callbacks of completion take no argument of ours

const char* style_of(Part part) {
  switch (part) {
    case Part::Tag:
      return "tagline-tag";
    case Part::Value:
      return "tagline-value";
    case Part::Operator:
      return "tagline-operator";
    case Part::Function:
      return "tagline-function";
    case Part::Segment:
      return "tagline-segment";
    case Part::Comment:
      return "tagline-comment";
    case Part::Command:
      return "tagline-command";
    case Part::Fault:
      return "tagline-fault";
  }
  return "";
}

void define_styles() {
  ic_style_def("tagline-tag", "ansi-teal");
  ic_style_def("tagline-value", "ansi-green");
  ic_style_def("tagline-operator", "bold");
  ic_style_def("tagline-function", "ansi-purple");
  ic_style_def("tagline-segment", "ansi-olive");
  ic_style_def("tagline-comment", "ansi-gray");
  ic_style_def("tagline-command", "bold ansi-teal");
  ic_style_def("tagline-fault", "underline ansi-red");
}

/// Texts that isocline is not to take for its own marks.
std::string literal(const std::string& text) {
  std::string literal;
  for (const char c : printable(text)) {
    if (c == '[' || c == '\\') {
      literal += '\\';
    }
    literal += c;
  }
  return literal;
}

void on_highlight(ic_highlight_env_t* env, const char* input, void*) {
  const Keyboard::Handling handling(editor->keyboard());
  const std::string line = input;
  editor->note(line);
  const std::string& before = editor->before();
  const std::string text = before + line;
  const bool is_command = text.starts_with('\\');
  const auto faults = is_command || editor->keyboard().has_more()
                          ? std::vector<dsl::Span>()
                          : editor->completer().faults(text);
  for (const HighlightedPart& part : highlight(text, faults)) {
    if (part.end > before.size()) {
      const std::size_t begin = std::max(part.begin, before.size()) - before.size();
      ic_highlight(env, static_cast<long>(begin),
                   static_cast<long>(part.end - before.size() - begin), style_of(part.part));
    }
  }
}

bool add(ic_completion_env_t* env, const Candidates& found, const Candidate& candidate,
         std::size_t cursor) {
  const std::string label = literal(candidate.label);
  const std::string help = literal(candidate.help);
  return ic_add_completion_prim(env, candidate.insert.c_str(), label.c_str(), help.c_str(),
                                static_cast<long>(cursor - found.from),
                                static_cast<long>(std::max(found.to, cursor) - cursor));
}

/// One candidate, of which isocline shows what is not typed yet: the rest of a word that can only
/// be this one; or what a whole expression comes to. That is never put in: to take a hint, isocline
/// asks for the list.
void add_hint(ic_completion_env_t* env, const std::string& text, std::size_t cursor) {
  if (!text.starts_with('\\') && cursor == text.size()) {
    const std::string count = editor->completer().count_hint(text);
    if (!count.empty()) {
      ic_add_completion_prim(env, ("   " + count).c_str(), nullptr, nullptr, 0, 0);
      return;
    }
  }
  const Candidates found = editor->completer().at(text, cursor);
  const std::string typed = text.substr(found.from, cursor - found.from);
  if (found.list.size() == 1 && !typed.empty() && found.list.front().insert.starts_with(typed)) {
    add(env, found, found.list.front(), cursor);
  }
}

void on_complete(ic_completion_env_t* env, const char* prefix) {
  const Keyboard::Handling handling(editor->keyboard());
  const std::string typed = prefix;
  const std::string text = editor->before() + editor->line_of(typed);
  const std::size_t cursor = editor->before().size() + typed.size();
  if (editor->wants_hint(typed)) {
    if (!editor->keyboard().has_more()) {
      add_hint(env, text, cursor);
    }
    return;
  }
  if (const auto paste = editor->keyboard().take_paste(); paste.has_value()) {
    ic_add_completion_prim(env, paste->c_str(), nullptr, nullptr, 0, 0);
    return;
  }
  const Candidates found = editor->completer().at(text, cursor);
  if (found.are_files) {
    ic_complete_filename(env, prefix, '/', ".", nullptr);
    return;
  }
  if (found.from < editor->before().size()) {
    return;  // the word is on a line that was entered
  }
  for (const Candidate& candidate : found.list) {
    if (!add(env, found, candidate, cursor)) {
      break;
    }
  }
}

}  // namespace

LineEditor::LineEditor(Session& session, History& history, Keyboard& keyboard, std::string name)
    : session_(session),
      history_(history),
      keyboard_(keyboard),
      name_(std::move(name)),
      completer_(session) {
  editor = this;
  ic_set_history(nullptr, static_cast<long>(History::kKept));
  for (const History::Entry& entry : history_.entries()) {
    ic_history_add(entry.text.c_str());
  }
  define_styles();
  ic_set_default_highlighter(on_highlight, nullptr);
  ic_set_default_completer(on_complete, nullptr);
  ic_set_prompt_marker("> ", "  ");
  ic_enable_multiline(true);
  ic_enable_hint(true);
  ic_set_hint_delay(0);
  ic_enable_brace_insertion(false);
  ic_enable_beep(false);
}

LineEditor::~LineEditor() {
  editor = nullptr;
}

std::string LineEditor::line_of(const std::string& prefix) const {
  if (shown_.starts_with(prefix)) {
    return shown_;
  }
  std::size_t before = prefix.size();
  do {
    --before;
  } while (before > 0 && (static_cast<unsigned char>(prefix[before]) & 0xC0U) == 0x80U);
  return shown_.starts_with(prefix.substr(0, before)) ? prefix + shown_.substr(before) : prefix;
}

std::string LineEditor::prompt() const {
  const auto& day = session_.settings().as_of;
  const std::string name = name_ + (day.has_value() ? " " + *day : "");
  // Lines that go on stand under the first.
  return before_.empty() ? literal(name) : std::string(dsl::display_width(name), '.');
}

std::optional<std::string> LineEditor::read() {
  before_.clear();
  bool asked_to_leave = false;
  for (;;) {
    static_cast<void>(session_.console().flush());
    shown_.clear();
    keyboard_.begin();
    char* typed = ic_readline(prompt().c_str());
    keyboard_.end();
    if (typed == nullptr) {
      const bool dropped = !before_.empty() || !shown_.empty();
      before_.clear();
      if (!dropped && (asked_to_leave || keyboard_.ended_by_ctrl_d())) {
        return std::nullopt;
      }
      if (!dropped) {
        session_.console().err(session_.console().say(
            {"once more leaves, and so does \\quit\n", "再按一次退出，也可输入 \\quit\n"}));
      }
      asked_to_leave = !dropped;
      continue;
    }
    const std::string line = typed;
    ic_free(typed);
    // From here on Ctrl-C is about this line.
    session_.clear_interrupt();
    asked_to_leave = false;
    const bool blank = line.find_first_not_of(" \t\n") == std::string::npos;
    if (blank && before_.empty()) {
      if (session_.tour().is_on()) {
        return "";
      }
      continue;
    }
    const bool is_command = before_.empty() && line[line.find_first_not_of(" \t\n")] == '\\';
    const std::string input = before_ + (blank ? "" : line);
    const auto lacking = is_command || blank ? std::optional<Text>() : session_.lacking(input);
    if (session_.is_interrupted()) {
      before_.clear();
      continue;
    }
    if (lacking.has_value()) {
      if (before_.empty()) {
        session_.console().err(
            session_.console().say({lacking->en + ": go on, or press Enter to see the error\n",
                                    lacking->zh + "：请继续输入，或按回车查看错误\n"}));
      }
      ic_history_remove_last();  // the whole is kept, when it is there
      before_ = input + "\n";
      continue;
    }
    if (!before_.empty()) {
      if (!blank) {
        ic_history_remove_last();
      }
      ic_history_add(input.c_str());
    }
    before_.clear();
    history_.add(input);
    return input;
  }
}

}  // namespace tagline::cli
