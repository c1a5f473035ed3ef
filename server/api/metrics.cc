#include "server/api/metrics.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tagline::server {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// Without an exponent, so that a bound has one spelling.
std::string number_text(double value) {
  std::array<char, 400> text{};
  const auto [end, problem] =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  static_cast<void>(problem);  // no double is longer
  return {text.data(), end};
}

}  // namespace

void TimeHistogram::add(std::chrono::nanoseconds time) {
  const double seconds = std::chrono::duration<double>(time).count();
  const auto bucket = std::lower_bound(kBounds.begin(), kBounds.end(), seconds) - kBounds.begin();
  counts_[static_cast<std::size_t>(bucket)].fetch_add(1, kRelaxed);
  nanoseconds_.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, time.count())),
                         kRelaxed);
}

void MetricsText::family(std::string_view name, std::string_view type, std::string_view help) {
  family_ = name;
  text_ += "# HELP " + family_ + " ";
  text_ += help;
  text_ += "\n# TYPE " + family_ + " ";
  text_ += type;
  text_ += "\n";
}

void MetricsText::line(std::string_view suffix, std::string_view labels, std::string_view value) {
  text_ += family_;
  text_ += suffix;
  if (!labels.empty()) {
    text_ += "{";
    text_ += labels;
    text_ += "}";
  }
  text_ += " ";
  text_ += value;
  text_ += "\n";
}

void MetricsText::sample(std::string_view labels, double value) {
  line("", labels, number_text(value));
}

void MetricsText::sample(std::string_view labels, std::uint64_t value) {
  line("", labels, std::to_string(value));
}

void MetricsText::histogram(std::string_view labels, const TimeHistogram& times) {
  const std::string before = labels.empty() ? "" : std::string(labels) + ",";
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < TimeHistogram::kBounds.size(); ++i) {
    sum += times.counts_[i].load(kRelaxed);
    line("_bucket", before + label("le", number_text(TimeHistogram::kBounds[i])),
         std::to_string(sum));
  }
  // Of the buckets and not counted on its own: so it is their sum whatever happens meanwhile.
  sum += times.counts_.back().load(kRelaxed);
  line("_bucket", before + label("le", "+Inf"), std::to_string(sum));
  line("_sum", labels, number_text(static_cast<double>(times.nanoseconds_.load(kRelaxed)) / 1e9));
  line("_count", labels, std::to_string(sum));
}

std::string MetricsText::label(std::string_view name, std::string_view value) {
  std::string text = std::string(name) + "=\"";
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') {
      text += '\\';
    }
    text += c;
  }
  return text + "\"";
}

Metrics::Metrics(std::vector<Route> routes) {
  routes_.push_back(std::make_unique<OfRoute>());
  routes_.front()->name = {"other", "other"};
  for (Route& route : routes) {
    routes_.push_back(std::make_unique<OfRoute>());
    routes_.back()->name = std::move(route);
  }
  static constexpr std::array<std::pair<std::string_view, unsigned>, 8> kReasons{
      {{"unreadable", 400},
       {"too_slow", 408},
       {"body_too_large", 413},
       {"header_too_large", 431},
       {"failed", 500},
       {"busy", 503},
       {"disk_full", 507},
       {"other", 0}}};
  for (std::size_t i = 0; i < kReasons.size(); ++i) {
    refusals_[i].reason = kReasons[i].first;
    refusals_[i].status = kReasons[i].second;
  }
}

void Metrics::note(const HttpOutcome& outcome) {
  OfRoute& route = *routes_[outcome.route < routes_.size() ? outcome.route : 0];
  const std::size_t status = std::clamp<std::size_t>(
      outcome.status < kLeastStatus ? 0 : outcome.status - kLeastStatus, 0, kStatuses - 1);
  route.statuses[status].fetch_add(1, kRelaxed);
  if (!outcome.written) {
    route.broken_off.fetch_add(1, kRelaxed);
  }
  received_.fetch_add(outcome.received, kRelaxed);
  sent_.fetch_add(outcome.sent, kRelaxed);
  if (!outcome.refused) {
    route.times.add(outcome.elapsed);
  }
  if (outcome.waited.has_value()) {
    waits_.add(*outcome.waited);
  }
  if (outcome.refused) {
    const auto reason =
        std::find_if(refusals_.begin(), refusals_.end() - 1,
                     [&](const Refusals& each) { return each.status == outcome.status; });
    reason->count.fetch_add(1, kRelaxed);
  }
}

void Metrics::write(MetricsText& text) const {
  text.family("tagline_http_requests_total", "counter",
              "Requests replied to, also where the reply broke off.");
  const auto labels_of = [](const OfRoute& route) {
    return MetricsText::label("route", route.name.path) + "," +
           MetricsText::label("method", route.name.method);
  };
  for (const auto& route : routes_) {
    for (std::size_t i = 0; i < kStatuses; ++i) {
      if (const std::uint64_t count = route->statuses[i].load(kRelaxed); count > 0) {
        text.sample(labels_of(*route) + "," +
                        MetricsText::label("status", std::to_string(i + kLeastStatus)),
                    count);
      }
    }
  }
  text.family(
      "tagline_http_replies_broken_off_total", "counter",
      "Replies that were not sent whole: the client went, was too slow or was cancelled, or "
      "making them failed.");
  for (const auto& route : routes_) {
    text.sample(labels_of(*route), route->broken_off.load(kRelaxed));
  }
  text.family("tagline_http_request_duration_seconds", "histogram",
              "From a request's last byte read to its reply's last byte written.");
  for (const auto& route : routes_) {
    text.histogram(labels_of(*route), route->times);
  }
  text.family("tagline_http_queue_wait_seconds", "histogram",
              "How long requests waited for a worker.");
  text.histogram("", waits_);
  text.family("tagline_http_refusals_total", "counter",
              "Requests refused before a route saw them.");
  for (const Refusals& each : refusals_) {
    text.sample(MetricsText::label("reason", each.reason), each.count.load(kRelaxed));
  }
  text.single("tagline_http_received_bytes_total", "counter", "Bytes of requests.",
              received_.load(kRelaxed));
  text.single("tagline_http_sent_bytes_total", "counter", "Bytes of replies.",
              sent_.load(kRelaxed));
}

}  // namespace tagline::server
