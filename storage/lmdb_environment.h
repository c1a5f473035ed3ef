// lmdb_environment: LMDB behind types that keep its rules. The only header that includes lmdb.h;
// private to storage/.
//
// LMDB rule                                              kept by
// -----------------------------------------------------
// --------------------------------------------------------- a file is opened once in a process
// OpenFolder (writer_lock.h): a second Store is Busy no use of an environment after fork nothing
// here keeps one across exec; Store says so one writer WriterLock between processes, a mutex in
// Store within one a write transaction belongs to one thread              Store::write runs fn on
// the caller's thread a read transaction may be used by several threads,     MDB_NOTLS, and the
// mutex in Snapshot
//   but not by two at once
// reads cannot write                                     ReadTransaction and WriteTransaction are
// different types a cursor ends before its transaction                   member order of whoever
// holds both; Cursor is move-only data pointers live until the transaction ends, or
// ReadTransaction: borrows are counted (Snapshot);
//   until the next change in a write transaction           WriteTxn lends none
// the map is resized only while this process has no      TransactionGate::alone
//   transaction open
// after MDB_MAP_FULL a transaction can only be aborted   WriteTransaction::map_full, asked by
// Store::write after any failed change it must not be committed       WriteTransaction::commit
// refuses key length is at most 511 bytes                        make_key (codec.h): ours have 4 to
// 12 handles of named databases last as long as the         LmdbEnvironment opens all in
// `open_key_spaces`
//   environment and are opened in one transaction
// stale reader slots hold back pages                     mdb_reader_check at open and when slots
// run out
#pragma once

#include "engine/result.h"
#include "storage/codec.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>

#include <lmdb.h>

namespace tagline::storage {

/// The named databases of an environment.
enum class KeySpace : std::uint8_t {
  Meta,
  Tags,
  Values,
  Fragments,
  Users,
  Ids,
  Segments,
  Loads,
  Rules,
  Origins,
  Changes,
  Requests,
  Identities,
  Identified,
  Merged,
  Merges,
  Erasures,
  Settings,
  Histories,
  Spreads,
  Positions,
};
inline constexpr std::size_t kKeySpaceCount = 21;
/// What is not among the first so many, a database of version 3 does not have.
inline constexpr std::size_t kKeySpacesOfVersion3 = 8;
/// Nor do those of versions 4 and 5 have what is behind these.
inline constexpr std::size_t kKeySpacesOfVersion5 = 10;
/// Nor has one of version 6 what is behind these.
inline constexpr std::size_t kKeySpacesOfVersion6 = 11;
/// Nor has one of version 7 what is behind these.
inline constexpr std::size_t kKeySpacesOfVersion7 = 18;
/// The first of them, Meta and Tags, are there in every version of the format: enough to tell which
/// version it is, and whether there is anything at all.
inline constexpr std::size_t kOldestKeySpaces = 2;
[[nodiscard]] std::string_view name_of(KeySpace space);

/// The Error of a failed LMDB call: `call` and `where` (a key space or a path) are named in it.
[[nodiscard]] Error lmdb_error(int code, std::string_view call, std::string_view where);

enum class Access : std::uint8_t {
  Read,
  ReadUnlocked,  ///< without LMDB's reader table: only safe while nobody can write
  Write,
};

class ReadTransaction;
class WriteTransaction;

/// What LMDB tells of an environment.
struct LmdbFigures {
  std::uint64_t page_bytes = 0;
  std::uint64_t pages = 0;         ///< up to the last that was ever used
  std::uint64_t pages_free = 0;    ///< of those, in the list of free ones
  unsigned reader_slots = 0;       ///< 0: this process does not register
  unsigned readers = 0;            ///< read transactions, of all processes
  std::uint64_t commits_held = 0;  ///< how many commits the oldest of them is behind
};

/// One open environment. Movable; the transactions made from it must be gone before it is.
/// Thread-safe but for `resize`.
class LmdbEnvironment {
 public:
  /// `map_bytes`: the map of a new file; an existing file says its own.
  [[nodiscard]] static Result<LmdbEnvironment> open(const std::filesystem::path& folder,
                                                    Access access, std::uint64_t map_bytes);

  /// No named database at all: a file made a moment ago, or by a process that was killed before its
  /// first commit.
  [[nodiscard]] Result<bool> blank();
  /// Opens the handles of the first `count` key spaces; with `Create`, makes what is not there,
  /// else WrongFormat when one is missing. REQUIRES: no transaction is used on the others. A key
  /// space that was never opened reads as one that is empty; nothing can be written to it.
  enum class Missing : std::uint8_t { Refuse, Create };
  [[nodiscard]] Status open_key_spaces(Missing missing, std::size_t count = kKeySpaceCount);

  /// Nothing when another process has made the file larger than our map: `resize(0)`, then again.
  [[nodiscard]] Result<std::optional<ReadTransaction>> begin_read() const;
  [[nodiscard]] Result<WriteTransaction> begin_write() const;

  /// The newest committed state, without free pages. In a read transaction of its own.
  [[nodiscard]] Status copy_to(int file) const;

  /// From now on a commit's last page waits for the next sync (LateSync). Before transactions
  /// begin.
  [[nodiscard]] Status sync_late();
  /// Brings all commits to the disk. REQUIRES: the map is not resized meanwhile.
  [[nodiscard]] Status sync() const;

  /// REQUIRES: no transaction of this process is open. 0: as large as the file says. After a
  /// failure the environment has no map, and refuses transactions.
  [[nodiscard]] Status resize(std::uint64_t map_bytes);
  [[nodiscard]] std::uint64_t map_bytes() const;
  [[nodiscard]] std::uint64_t used_bytes() const;
  /// The number of the newest commit, also of another process; nothing without a map. No
  /// transaction: a few loads. A reader that begins now may still get the commit before.
  [[nodiscard]] std::optional<std::uint64_t> last_commit() const;
  /// Slots of readers that had been killed, cleared when this was opened.
  [[nodiscard]] unsigned readers_cleared() const { return readers_cleared_; }
  /// Cost: the list of free pages is read.
  [[nodiscard]] Result<LmdbFigures> figures() const;

 private:
  struct Close {
    void operator()(MDB_env* env) const noexcept { mdb_env_close(env); }
  };
  explicit LmdbEnvironment(std::unique_ptr<MDB_env, Close> env) : env_(std::move(env)) {}
  /// For use while opening, when no other transaction can be open.
  [[nodiscard]] Result<MDB_txn*> begin_alone(unsigned flags);

  std::unique_ptr<MDB_env, Close> env_;
  std::array<MDB_dbi, kKeySpaceCount> spaces_{};  ///< 0: not opened (LMDB's own is 0)
  bool unmapped_ = false;
  bool registers_ = false;  ///< in LMDB's table of readers
  unsigned readers_cleared_ = 0;
};

/// What both kinds of transaction can do.
class Transaction {
 public:
  /// A view of the value: see the table for how long.
  [[nodiscard]] Result<std::optional<Bytes>> get(KeySpace space, Bytes key) const;
  [[nodiscard]] Result<std::uint64_t> entries(KeySpace space) const;
  /// Whether the key space was there when the environment was opened.
  [[nodiscard]] bool reads(KeySpace space) const { return opened(space); }

 protected:
  using KeySpaces = std::array<MDB_dbi, kKeySpaceCount>;
  struct Abort {
    void operator()(MDB_txn* txn) const noexcept { mdb_txn_abort(txn); }
  };
  Transaction(MDB_txn* txn, const KeySpaces& spaces) : txn_(txn), spaces_(spaces) {}
  [[nodiscard]] MDB_dbi handle(KeySpace space) const {
    return spaces_[static_cast<std::size_t>(space)];
  }
  [[nodiscard]] bool opened(KeySpace space) const { return handle(space) != 0; }

  std::unique_ptr<MDB_txn, Abort> txn_;

 private:
  friend class Cursor;
  KeySpaces spaces_;
};

class ReadTransaction : public Transaction {
 public:
  /// The number of the commit it reads.
  [[nodiscard]] std::uint64_t commit() const { return mdb_txn_id(txn_.get()); }

 private:
  friend class LmdbEnvironment;
  ReadTransaction(MDB_txn* txn, const KeySpaces& spaces) : Transaction(txn, spaces) {}
};

/// Ends without a trace unless committed.
class WriteTransaction : public Transaction {
 public:
  [[nodiscard]] Status put(KeySpace space, Bytes key, Bytes value);
  /// As `put` for a key above all there are: faster, and fills pages.
  [[nodiscard]] Status append(KeySpace space, Bytes key, Bytes value);
  [[nodiscard]] Status erase(KeySpace space, Bytes key);  ///< fine when it is not there
  /// Late: the last page, which makes it the newest state, waits for the sync of the next commit;
  /// the end of the machine before that may undo this commit, and no other.
  enum class Sync : std::uint8_t { Now, Late };
  [[nodiscard]] Status commit(Sync sync = Sync::Now);

  /// Marks a change that was left half done, so that it cannot be committed.
  void spoil() { spoilt_ = true; }
  [[nodiscard]] bool map_full() const { return map_full_; }
  [[nodiscard]] bool changed() const { return changed_; }
  /// Whether anything was written to or erased from a key space that is none of these.
  [[nodiscard]] bool changed_beyond(std::initializer_list<KeySpace> spaces) const;
  /// The same of this one.
  [[nodiscard]] bool changed_in(KeySpace space) const { return changes_in(space) != 0; }
  /// How often.
  [[nodiscard]] std::uint64_t changes_in(KeySpace space) const {
    return changes_in_[static_cast<std::size_t>(space)];
  }

 private:
  friend class LmdbEnvironment;
  WriteTransaction(MDB_txn* txn, const KeySpaces& spaces) : Transaction(txn, spaces) {}
  [[nodiscard]] Status write(KeySpace space, Bytes key, Bytes value, unsigned flags);
  [[nodiscard]] Error failed(int code, std::string_view call, std::string_view where);

  bool map_full_ = false;
  bool spoilt_ = false;
  bool changed_ = false;
  std::array<std::uint64_t, kKeySpaceCount> changes_in_{};
};

/// Walks one key space in key order.
class Cursor {
 public:
  struct Entry {
    Bytes key;
    Bytes value;
  };
  [[nodiscard]] static Result<Cursor> open(const Transaction& txn, KeySpace space);

  [[nodiscard]] Result<std::optional<Bytes>> find(Bytes key);  ///< exactly this key
  [[nodiscard]] Result<std::optional<Entry>> seek(Bytes key);  ///< the first at or after `key`
  [[nodiscard]] Result<std::optional<Entry>> first();
  [[nodiscard]] Result<std::optional<Entry>> last();
  [[nodiscard]] Result<std::optional<Entry>> next();
  [[nodiscard]] Result<std::optional<Entry>> previous();

 private:
  struct Close {
    void operator()(MDB_cursor* cursor) const noexcept { mdb_cursor_close(cursor); }
  };
  Cursor(MDB_cursor* cursor, KeySpace space) : cursor_(cursor), space_(space) {}
  [[nodiscard]] Result<std::optional<Entry>> move(Bytes key, MDB_cursor_op op);

  std::unique_ptr<MDB_cursor, Close> cursor_;  ///< null: the key space was never opened
  KeySpace space_;
};

}  // namespace tagline::storage
