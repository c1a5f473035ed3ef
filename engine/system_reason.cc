#include "engine/system_reason.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>

namespace tagline {
namespace {

struct Reason {
  int number;
  const char* zh;
};

constexpr std::array kReasons = {Reason{EACCES, "权限不足"},
                                 Reason{EADDRINUSE, "地址已被占用"},
                                 Reason{EADDRNOTAVAIL, "本机没有这个地址"},
                                 Reason{EBADF, "文件未打开，或不能这样使用"},
                                 Reason{EBUSY, "资源正被占用"},
                                 Reason{ECONNABORTED, "连接已中断"},
                                 Reason{ECONNREFUSED, "连接被拒绝"},
                                 Reason{ECONNRESET, "连接被对方重置"},
                                 Reason{EDQUOT, "超出磁盘配额"},
                                 Reason{EEXIST, "文件已存在"},
                                 Reason{EFBIG, "文件过大"},
                                 Reason{EHOSTUNREACH, "无法到达该主机"},
                                 Reason{EINTR, "操作被中断"},
                                 Reason{EINVAL, "参数无效"},
                                 Reason{EIO, "读写出错"},
                                 Reason{EISDIR, "这是一个目录"},
                                 Reason{ELOOP, "符号链接层数过多"},
                                 Reason{EMFILE, "打开的文件过多"},
                                 Reason{ENAMETOOLONG, "文件名过长"},
                                 Reason{ENETUNREACH, "网络不可达"},
                                 Reason{ENFILE, "系统打开的文件过多"},
                                 Reason{ENODEV, "设备不存在"},
                                 Reason{ENOENT, "文件或目录不存在"},
                                 Reason{ENOMEM, "内存不足"},
                                 Reason{ENOSPC, "磁盘空间不足"},
                                 Reason{ENOTDIR, "路径中有一段不是目录"},
                                 Reason{ENOTEMPTY, "目录非空"},
                                 Reason{EPERM, "不允许此操作"},
                                 Reason{EPIPE, "对方已关闭连接"},
                                 Reason{EROFS, "文件系统只读"},
                                 Reason{ETIMEDOUT, "连接超时"},
                                 Reason{EXDEV, "不能跨文件系统移动"}};

}  // namespace

Text system_reason(int number) {
  const std::string en = std::generic_category().message(number);
  const auto* found = std::find_if(kReasons.begin(), kReasons.end(),
                                   [number](const Reason& each) { return each.number == number; });
  return {en, found == kReasons.end() ? en : std::string(found->zh)};
}

}  // namespace tagline
