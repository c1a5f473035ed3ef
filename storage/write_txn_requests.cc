// Requests that are remembered.
#include "storage/delta_log.h"
#include "storage/write_txn.h"
#include "storage/write_txn_rep.h"

#include <string>

namespace tagline::storage {
namespace {

std::uint64_t number_of(Bytes key) {
  const auto parts = parse_key<2>(key);
  return parts ? std::uint64_t{(*parts)[0]} << 32U | (*parts)[1] : 0;
}

}  // namespace

Result<std::uint64_t> WriteTxn::next_request() const {
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(rep_->txn, KeySpace::Requests));
  TAGLINE_ASSIGN_OR_RETURN(const auto last, cursor.last());
  return last ? number_of(last->key) + 1 : 0;
}

Result<std::optional<RequestRecord>> WriteTxn::request(std::uint64_t number) const {
  TAGLINE_ASSIGN_OR_RETURN(const auto bytes, rep_->txn.get(KeySpace::Requests, change_key(number)));
  if (!bytes) {
    return std::optional<RequestRecord>();
  }
  TAGLINE_ASSIGN_OR_RETURN(RequestRecord request, decode_request(number, *bytes));
  return std::optional(std::move(request));
}

Status WriteTxn::each_request(const std::function<void(std::uint64_t, RequestRecord)>& fn) const {
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(rep_->txn, KeySpace::Requests));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  while (entry) {
    const std::uint64_t number = number_of(entry->key);
    TAGLINE_ASSIGN_OR_RETURN(RequestRecord request, decode_request(number, entry->value));
    fn(number, std::move(request));
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  return {};
}

Status WriteTxn::put_request(const RequestRecord& request) {
  if (request.key.empty() || request.key.size() > kRequestKeyBytesMax) {
    const std::string size = std::to_string(request.key.size());
    return failure(ErrorCode::TooLarge, {"a key of " + size + " bytes, expected 1 to 512",
                                         "键长 " + size + " 字节，应为 1 到 512"});
  }
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t number, next_request());
  RecordWriter record;
  encode(request, record);
  return rep_->txn.append(KeySpace::Requests, change_key(number), record.bytes());
}

Status WriteTxn::erase_request(std::uint64_t number) {
  return rep_->txn.erase(KeySpace::Requests, change_key(number));
}

}  // namespace tagline::storage
