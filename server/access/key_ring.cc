#include "server/access/key_ring.h"

#include "server/access/key_file.h"

#include <cerrno>
#include <utility>

namespace tagline::server {
namespace {

constexpr std::chrono::seconds kLookTime{1};

}  // namespace

const ApiKey* KeySet::find(std::string_view text) const {
  const auto id = id_of_key(text);
  if (!id.has_value()) {
    return nullptr;
  }
  const auto found = by_id.find(std::string(*id));
  return found != by_id.end() && is_key(text, found->second) ? &found->second : nullptr;
}

KeyRing::KeyRing(std::string path) : path_(std::move(path)), looked_(Clock::now()) {
  read(stamp());
}

std::shared_ptr<const KeySet> KeyRing::keys(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (now - looked_ >= kLookTime) {
    looked_ = now;
    // A file that could not be read may be there unchanged and be readable now.
    if (const Stamp current = stamp(); current != stamp_ || keys_->fault.has_value()) {
      read(current);
    }
  }
  return keys_;
}

// The time of the inode's change, not of the content's: nobody can set it, and a rename sets it.
KeyRing::Stamp KeyRing::stamp() const {
  struct stat file {};
  if (::stat(path_.c_str(), &file) != 0) {
    Stamp stamp;
    stamp.there = errno != ENOENT;
    return stamp;
  }
  return {true, file.st_dev, file.st_ino, file.st_size, file.st_ctim.tv_sec, file.st_ctim.tv_nsec};
}

// The stamp is from before the reading: a file replaced in between is read again.
void KeyRing::read(const Stamp& stamp) {
  auto fresh = std::make_shared<KeySet>();
  auto found = read_keys(path_);
  fresh->needed = stamp.there || (keys_ != nullptr && keys_->needed);
  if (!found.has_value()) {
    fresh->needed = true;
    fresh->fault = found.error();
  } else if (found->has_value()) {
    fresh->needed = true;
    for (ApiKey& key : **found) {
      std::string id = key.id;
      fresh->by_id.emplace(std::move(id), std::move(key));
    }
  }
  stamp_ = stamp;
  keys_ = std::move(fresh);
}

}  // namespace tagline::server
