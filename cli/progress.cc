#include "cli/progress.h"

namespace tagline::cli {
namespace {

constexpr unsigned kBarCells = 24;
/// Before this much has passed an estimate would jump about.
constexpr double kEtaAfterSeconds = 0.5;

}  // namespace

ProgressLine::ProgressLine(Console& console)
    : console_(console), start_(std::chrono::steady_clock::now()) {}

ProgressLine::~ProgressLine() {
  clear();
}

double ProgressLine::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void ProgressLine::clear() {
  if (drawn_) {
    console_.err("\r\x1b[K");
    drawn_ = false;
  }
}

void ProgressLine::show(const std::string& text, std::uint64_t done, std::uint64_t whole) {
  if (!console_.err_is_terminal()) {
    return;
  }
  std::string line = text;
  if (whole > 0) {
    line += "  " + bar(done, whole, kBarCells) + " " + percent(done, whole);
    const double elapsed = seconds();
    if (done > 0 && done < whole && elapsed > kEtaAfterSeconds) {
      const double left = elapsed * static_cast<double>(whole - done) / static_cast<double>(done);
      line += console_.say({"  ETA ", "  剩余 "}) + duration_text(left < 1 ? 1 : left);
    }
  }
  console_.err("\r\x1b[K" + line);
  drawn_ = true;
}

}  // namespace tagline::cli
