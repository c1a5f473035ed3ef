#include "dsl/scan.h"

#include "dsl/unicode.h"

#include <array>

namespace tagline::dsl {
namespace {

struct Quotes {
  char32_t open;
  char32_t close;
};
// A text is closed by the partner of what opened it, so that 「"」 and "it's" need no escapes.
constexpr std::array<Quotes, 7> kQuotes = {{{U'"', U'"'},
                                            {U'\'', U'\''},
                                            {U'“', U'”'},
                                            {U'‘', U'’'},
                                            {U'「', U'」'},
                                            {U'＂', U'＂'},
                                            {U'＇', U'＇'}}};

[[nodiscard]] char32_t closer_of(char32_t open) {
  for (const Quotes& pair : kQuotes) {
    if (pair.open == open) {
      return pair.close;
    }
  }
  return 0;
}

class Scan {
 public:
  Scan(Scanned& out, const Limits& limits) : out_(out), typed_(out.typed), limits_(limits) {}

  void run() {
    out_.text.reserve(typed_.size());
    while (at_ < typed_.size() && !out_.fault.has_value()) {
      const char32_t point = typed_[at_];
      if (closer_of(point) != 0) {
        quoted(closer_of(point));
      } else if (fold(point) == U'#') {
        comment();
      } else if (is_invisible(point)) {
        invisible();
      } else {
        plain(point);
      }
    }
  }

 private:
  void stop(std::string_view code, std::size_t begin, std::size_t length, std::uint64_t count = 0) {
    out_.fault =
        Fault{code,
              {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + length)},
              count};
  }

  void emit(char32_t folded) {
    out_.text.push_back(folded);
    ++at_;
  }

  [[nodiscard]] static bool never_allowed(char32_t point) {
    return is_control(point) || is_bidi_control(point) || is_noncharacter(point);
  }

  void plain(char32_t point) {
    constexpr std::u32string_view kReserved = U";[]{}^?\\`";
    const char32_t folded = fold(point);
    if (never_allowed(point) || kReserved.find(folded) != std::u32string_view::npos) {
      stop("bad-char", at_, 1);
      return;
    }
    if (folded == U'(') {
      out_.unclosed.push_back(static_cast<std::uint32_t>(at_));
      if (out_.unclosed.size() > limits_.depth) {
        stop("too-deep", at_, 1, out_.unclosed.size());
        return;
      }
    } else if (folded == U')' && !out_.unclosed.empty()) {
      out_.unclosed.pop_back();
    }
    emit(folded);
  }

  void quoted(char32_t close) {
    const std::size_t open_at = at_;
    emit(kQuoteOpen);
    while (at_ < typed_.size() && !is_line_break(typed_[at_])) {
      const char32_t point = typed_[at_];
      if (point == close) {
        emit(kQuoteClose);
        return;
      }
      if (never_allowed(point)) {
        stop("bad-char", at_, 1);
        return;
      }
      if (point == U'\\') {
        const bool at_end = at_ + 1 >= typed_.size();
        const char32_t next = at_end ? 0 : typed_[at_ + 1];
        if (next != U'"' && next != U'\\') {
          stop("bad-escape", at_, at_end || is_line_break(next) ? 1 : 2);
          return;
        }
        emit(point);
      }
      emit(typed_[at_]);
    }
    stop("unclosed-quote", open_at, 1);
  }

  // Controls are harmless in a comment, but bidirectional controls could make code look like
  // comment.
  void comment() {
    while (at_ < typed_.size() && !is_line_break(typed_[at_])) {
      if (is_bidi_control(typed_[at_]) || is_noncharacter(typed_[at_])) {
        stop("bad-char", at_, 1);
        return;
      }
      emit(U' ');
    }
  }

  void invisible() {
    std::size_t next = at_;
    while (next < typed_.size() && is_invisible(typed_[next])) {
      ++next;
    }
    const bool after_word = !out_.text.empty() && is_word_char(out_.text.back());
    const bool before_word = next < typed_.size() && is_word_char(fold(typed_[next]));
    if (after_word && before_word) {
      stop("bad-char", at_, 1);
      return;
    }
    while (at_ < next) {
      emit(U' ');
    }
  }

  Scanned& out_;
  const std::u32string& typed_;
  const Limits& limits_;
  std::size_t at_ = 0;
};

}  // namespace

Scanned scan(std::string_view bytes, const Limits& limits) {
  Scanned scanned;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto here = static_cast<std::uint32_t>(scanned.typed.size());
    if (here == limits.code_points) {
      const std::uint64_t count = here + count_points(bytes.substr(at));
      scanned.fault = Fault{"too-long", {here, static_cast<std::uint32_t>(here + 1)}, count};
      return scanned;
    }
    const Decoded next = decode_at(bytes, at);
    if (!next.valid) {
      scanned.fault = Fault{"bad-utf8", {here, here + 1}, static_cast<unsigned char>(bytes[at])};
      return scanned;
    }
    scanned.typed.push_back(next.point);
    at += next.bytes;
  }
  Scan(scanned, limits).run();
  return scanned;
}

}  // namespace tagline::dsl
