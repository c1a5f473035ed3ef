#include "cli/repl/help_pages.h"

#include "cli/embedded_files.h"
#include "cli/markdown_text.h"
#include "dsl/display_width.h"

#include <algorithm>
#include <sstream>

namespace tagline::cli {
namespace {

struct Page {
  std::string title;
  std::string text;
};

std::string lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

/// The sections of a document, each from its "## " on.
std::vector<Page> pages_of(std::string_view document) {
  std::vector<Page> pages;
  std::istringstream in{std::string(document)};
  bool fenced = false;
  for (std::string line; std::getline(in, line);) {
    fenced = fenced != line.starts_with("```");
    if (!fenced && line.starts_with("## ")) {
      pages.push_back({without_marks(line.substr(3)), {}});
    } else if (!pages.empty()) {
      pages.back().text += line + "\n";
    }
  }
  return pages;
}

struct Pages {
  std::vector<Page> en;
  std::vector<Page> zh;  ///< the same, section by section
};

const Pages& reference() {
  static const Pages pages = [] {
    Pages all;
    for (const char* name : {"terminal", "language"}) {
      const std::vector<Page> en = pages_of(embedded_file(std::string(name) + ".en.md"));
      const std::vector<Page> zh = pages_of(embedded_file(std::string(name) + ".zh.md"));
      for (std::size_t i = 0; i < std::min(en.size(), zh.size()); ++i) {
        all.en.push_back(en[i]);
        all.zh.push_back(zh[i]);
      }
    }
    return all;
  }();
  return pages;
}

std::string shown(const Page& page, const Console& console) {
  return markdown_text("## " + page.title + "\n\n" + page.text, console);
}

}  // namespace

std::vector<std::string> topics(dsl::Language language) {
  std::vector<std::string> titles;
  for (const Page& page : language == dsl::Language::Chinese ? reference().zh : reference().en) {
    titles.push_back(page.title);
  }
  return titles;
}

std::string topic_list(dsl::Language language, unsigned cells) {
  std::string text;
  std::size_t column = cells;  // the list begins on a line of its own
  for (const std::string& title : topics(language)) {
    const std::size_t width = dsl::display_width(title) + 3;
    if (column + width > cells) {
      text += "\n  ";
      column = 2;
    } else {
      text += " · ";
    }
    text += title;
    column += width;
  }
  return text;
}

std::string topic_with(std::string_view words, dsl::Language language) {
  const Pages& pages = reference();
  const auto& mine = language == dsl::Language::Chinese ? pages.zh : pages.en;
  const std::string wanted = lower(words);
  const auto has = [&](const Page& page) {
    return lower(page.title).find(wanted) != std::string::npos ||
           page.text.find("`\\" + std::string(words)) != std::string::npos;
  };
  for (std::size_t i = 0; i < mine.size(); ++i) {
    if (has(mine[i]) || has(pages.en[i])) {
      return mine[i].title;
    }
  }
  return {};
}

std::string page_of_topic(std::string_view words, const Console& console) {
  const Pages& pages = reference();
  const auto& mine = console.language() == dsl::Language::Chinese ? pages.zh : pages.en;
  const std::string wanted = lower(words);
  for (const bool whole : {true, false}) {
    for (std::size_t i = 0; i < mine.size(); ++i) {
      const std::string en = lower(pages.en[i].title);
      const std::string zh = lower(pages.zh[i].title);
      if (whole ? en == wanted || zh == wanted
                : en.find(wanted) != std::string::npos || zh.find(wanted) != std::string::npos) {
        return shown(mine[i], console);
      }
    }
  }
  for (const Page& page : pages_of(embedded_file("errors.md"))) {
    if (page.title == wanted) {
      return shown(page, console);
    }
  }
  return {};
}

}  // namespace tagline::cli
