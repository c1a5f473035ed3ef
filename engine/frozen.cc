// The layout is in fragment.cc.
#include "engine/frozen.h"

#include "engine/sparse.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace tagline::engine {
namespace {

constexpr std::uint32_t kFrozenCookie = 13766;
constexpr unsigned kCookieBits = 15;
constexpr std::size_t kHeaderBytes = 4;
constexpr std::size_t kDirectoryBytes = 5;
constexpr std::size_t kBitsetBytes = kBlockWords * sizeof(std::uint64_t);

ContainerKind wide_kind(const Container& container) {
  const bool wide = (container.kind == ContainerKind::Array && container.count >= kWideFrom) ||
                    (container.kind == ContainerKind::Run && container.count >= kWideRunsFrom);
  return wide ? ContainerKind::Bitset : container.kind;
}

std::uint32_t members_in(const std::byte* words) {
  std::uint32_t members = 0;
  for (std::size_t i = 0; i < kBlockWords; ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, words + i * sizeof(word), sizeof(word));
    members += static_cast<std::uint32_t>(std::popcount(word));
  }
  return members;
}

ContainerKind narrow_kind(const Container& container) {
  return container.kind == ContainerKind::Bitset && container.count <= kSparseMax &&
                 members_in(container.data) == container.count
             ? ContainerKind::Array
             : container.kind;
}

std::size_t data_bytes(const Container& container, ContainerKind kind) {
  switch (kind) {
    case ContainerKind::Bitset:
      return kBitsetBytes;
    case ContainerKind::Run:
      return container.count * sizeof(Run);
    case ContainerKind::Array:
      return container.count * sizeof(std::uint16_t);
  }
  return 0;
}

std::byte typecode(ContainerKind kind) {
  switch (kind) {
    case ContainerKind::Bitset:
      return std::byte{1};
    case ContainerKind::Array:
      return std::byte{2};
    case ContainerKind::Run:
      return std::byte{3};
  }
  return std::byte{0};
}

std::uint32_t write_as_words(const Container& container, std::byte* out) {
  std::array<std::uint64_t, kBlockWords> words{};
  set(words.data(), container);
  std::memcpy(out, words.data(), kBitsetBytes);
  return members_in(out);
}

void write_as_members(const std::byte* words, std::byte* out) {
  for (std::size_t i = 0; i < kBlockWords; ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, words + i * sizeof(word), sizeof(word));
    for (; word != 0; word &= word - 1) {
      const auto member =
          static_cast<std::uint16_t>(i * 64 + static_cast<std::size_t>(std::countr_zero(word)));
      std::memcpy(out, &member, sizeof(member));
      out += sizeof(member);
    }
  }
}

using Kinds = std::array<ContainerKind, kBlocksPerShard>;

template <class KindOf>
Kinds kinds_of(const Fragment& fragment, KindOf kind_of) {
  Kinds kinds{};
  std::transform(fragment.containers().begin(), fragment.containers().end(), kinds.begin(),
                 kind_of);
  return kinds;
}

std::size_t bytes_of(const Fragment& fragment, const Kinds& kinds) {
  std::size_t bytes = kHeaderBytes;
  for (std::size_t i = 0; i < fragment.containers().size(); ++i) {
    bytes += kDirectoryBytes + data_bytes(fragment.containers()[i], kinds[i]);
  }
  return bytes;
}

void write(const Fragment& fragment, const Kinds& kinds, std::byte* out) {
  const std::span<const Container> containers = fragment.containers();
  std::array<std::uint32_t, kBlocksPerShard> counts{};
  for (const ContainerKind kind :
       {ContainerKind::Bitset, ContainerKind::Run, ContainerKind::Array}) {
    for (std::size_t i = 0; i < containers.size(); ++i) {
      if (kinds[i] != kind) {
        continue;
      }
      const Container& container = containers[i];
      const std::size_t bytes = data_bytes(container, kind);
      counts[i] = container.count;
      if (container.kind == kind) {
        std::memcpy(out, container.data, bytes);
      } else if (kind == ContainerKind::Bitset) {
        counts[i] = write_as_words(container, out);
      } else {
        write_as_members(container.data, out);
      }
      out += bytes;
    }
  }
  const auto put = [&out](const auto value) {
    std::memcpy(out, &value, sizeof(value));
    out += sizeof(value);
  };
  for (const Container& container : containers) {
    put(std::uint16_t{container.block});
  }
  for (std::size_t i = 0; i < containers.size(); ++i) {
    put(static_cast<std::uint16_t>(kinds[i] == ContainerKind::Run ? counts[i] : counts[i] - 1));
  }
  for (std::size_t i = 0; i < containers.size(); ++i) {
    put(typecode(kinds[i]));
  }
  put(static_cast<std::uint32_t>(containers.size()) << kCookieBits | kFrozenCookie);
}

}  // namespace

std::size_t wide_bytes(const Fragment& fragment) {
  return bytes_of(fragment, kinds_of(fragment, wide_kind));
}

void write_wide(const Fragment& fragment, std::span<std::byte> out) {
  write(fragment, kinds_of(fragment, wide_kind), out.data());
}

std::vector<std::byte> narrowed(const Fragment& fragment) {
  const Kinds kinds = kinds_of(fragment, narrow_kind);
  std::vector<std::byte> bytes(bytes_of(fragment, kinds));
  write(fragment, kinds, bytes.data());
  return bytes;
}

}  // namespace tagline::engine
