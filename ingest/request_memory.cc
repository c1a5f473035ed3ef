#include "ingest/request_memory.h"

#include "storage/codec.h"

#include <span>
#include <utility>

namespace tagline::ingest {
namespace {

/// 1: without identities, merges and new values.
constexpr std::uint64_t kReportVersion = 2;
/// Of new values in a record, likewise.
constexpr std::size_t kValuesBytesMax = 4'096;
/// Of refused operations in a record: the rest is counted, and not told again.
constexpr std::size_t kRefusedBytesMax = 16'384;
/// Old ones that go with a new one, at most.
constexpr int kDroppedAtOnce = 4;

std::string encoded(const IngestReport& report) {
  storage::RecordWriter out;
  out.varint(kReportVersion);
  out.varint(report.applied);
  out.varint(report.refused);
  out.varint(report.users_new);
  out.varint(report.tags_new);
  out.varint(report.identities_new);
  out.varint(report.merges);
  out.varint(report.version);
  std::size_t values = 0;
  std::size_t bytes_of_values = 0;
  for (const NewValue& each : report.first_new_values) {
    bytes_of_values += each.tag.size() + each.value.size();
    values += bytes_of_values <= kValuesBytesMax ? 1 : 0;
  }
  out.varint(report.values_new);
  out.varint(values);
  for (std::size_t i = 0; i < values; ++i) {
    out.string(report.first_new_values[i].tag);
    out.string(report.first_new_values[i].value);
  }
  for (const RefusedOperation& each : report.first_refused) {
    if (out.bytes().size() + each.user.size() + each.reason.en.size() + each.reason.zh.size() >
        kRefusedBytesMax) {
      break;
    }
    out.varint(each.line);
    out.string(each.user);
    out.string(each.reason.en);
    out.string(each.reason.zh);
  }
  const storage::Bytes bytes = out.bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<IngestReport> decoded(const std::string& text) {
  storage::RecordReader in(std::as_bytes(std::span(text)));
  IngestReport report;
  const std::uint64_t version = in.varint();
  report.applied = in.varint();
  report.refused = in.varint();
  report.users_new = in.varint();
  report.tags_new = in.varint();
  if (version != 1) {
    report.identities_new = in.varint();
    report.merges = in.varint();
  }
  report.version = in.varint();
  if (version == kReportVersion) {
    report.values_new = in.varint();
    const std::uint64_t values = in.varint();
    while (report.first_new_values.size() < values && !in.at_end()) {
      NewValue& each = report.first_new_values.emplace_back();
      each.tag = in.string();
      each.value = in.string();
    }
  }
  while (!in.at_end() && report.first_refused.size() < IngestReport::kRefusedKept) {
    RefusedOperation each;
    each.line = in.varint();
    each.user = in.string();
    each.reason.en = in.string();
    each.reason.zh = in.string();
    report.first_refused.push_back(std::move(each));
  }
  if (version == 0 || version > kReportVersion || !in.complete()) {
    return failure(ErrorCode::Corrupt,
                   {"what a request was told cannot be read", "无法读取请求此前的回复"});
  }
  return report;
}

}  // namespace

Status RequestMemory::read(const storage::WriteTxn& txn) {
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t next, txn.next_request());
  if (next == next_) {
    return {};
  }
  known_.clear();
  ages_.clear();
  TAGLINE_RETURN_IF_ERROR(
      txn.each_request([&](std::uint64_t number, storage::RequestRecord request) {
        known_[request.key] = {number, std::move(request.digest)};
        ages_.push_back({number, request.done_s, std::move(request.key)});
      }));
  next_ = next;
  return {};
}

const RequestMemory::Known* RequestMemory::find(const std::string& key) const {
  const auto found = known_.find(key);
  return found == known_.end() ? nullptr : &found->second;
}

Result<IngestReport> RequestMemory::report_of(const Known& known, const storage::WriteTxn& txn) {
  TAGLINE_ASSIGN_OR_RETURN(const auto request, txn.request(known.number));
  if (!request.has_value()) {
    return failure(ErrorCode::Corrupt, {"request " + std::to_string(known.number) + " is missing",
                                        "缺少请求 " + std::to_string(known.number)});
  }
  return decoded(request->reply);
}

Status RequestMemory::remember(const BatchKey& key, const IngestReport& report, std::int64_t now_s,
                               storage::WriteTxn& txn) {
  TAGLINE_RETURN_IF_ERROR(txn.put_request({key.key, key.digest, now_s, encoded(report)}));
  known_[key.key] = {next_, key.digest};
  ages_.push_back({next_, now_s, key.key});
  ++next_;
  return drop_old(now_s, txn);
}

Status RequestMemory::drop_old(std::int64_t now_s, storage::WriteTxn& txn) {
  for (int i = 0; i < kDroppedAtOnce && ages_.size() > 1; ++i) {
    const Aged& oldest = ages_.front();
    if (ages_.size() <= kKept && now_s - oldest.done_s < kKept_s) {
      break;
    }
    TAGLINE_RETURN_IF_ERROR(txn.erase_request(oldest.number));
    known_.erase(oldest.key);
    ages_.pop_front();
  }
  return {};
}

}  // namespace tagline::ingest
