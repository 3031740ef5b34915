#include "queryd/sockets.h"

#include "base/err.h"
#include "base/files.h"
#include "check.h"

#include <arpa/inet.h>
#include <grp.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/dateline-sockets-XXXXXX", path[64];

static void begin(void)
{
    strcpy(dir + sizeof dir - 7, "XXXXXX");
    CHECK(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/socket", dir);
}

static void end(void)
{
    CHECK_EQ(tree_remove(dir, NULL), 0);
}

TEST(a_stale_socket_is_replaced_and_a_live_one_is_not)
{
    begin();
    struct unix_socket first, second;
    struct err err = {0};
    CHECK_OK(unix_socket_bind(path, NULL, &first, &err), err);
    CHECK_EQ(unix_socket_bind(path, NULL, &second, &err), ERR_LOCKED);
    close(first.fd); /* died without cleaning up */
    CHECK_EQ(access(path, F_OK), 0);
    CHECK_OK(unix_socket_bind(path, NULL, &second, &err), err);

    struct stat st;
    CHECK_EQ(stat(path, &st), 0);
    CHECK_EQ(st.st_mode & 07777, 0660);
    unix_socket_remove(&second);
    CHECK(access(path, F_OK) < 0);
    close(second.fd);
    end();
}

/* The first one is slow to end, and must not take the second one's socket away. */
TEST(only_our_own_socket_is_removed)
{
    begin();
    struct unix_socket first, second;
    struct err err = {0};
    CHECK_OK(unix_socket_bind(path, NULL, &first, &err), err);
    struct stat st;
    CHECK_EQ(link(path, strcat(strcpy((char[80]){0}, path), "2")), 0);
    CHECK_EQ(unlink(path), 0); /* the link keeps the inode from being reused */
    CHECK_OK(unix_socket_bind(path, NULL, &second, &err), err);
    unix_socket_remove(&first);
    CHECK_EQ(stat(path, &st), 0);
    unix_socket_remove(&second);
    CHECK(stat(path, &st) < 0);
    close(first.fd);
    close(second.fd);
    end();
}

TEST(what_is_no_socket_stays)
{
    begin();
    struct unix_socket s;
    struct err err = {0};
    FILE *f = fopen(path, "w");
    fputs("precious", f);
    fclose(f);
    CHECK_EQ(unix_socket_bind(path, NULL, &s, &err), ERR_INVALID);
    struct stat st;
    CHECK_EQ(stat(path, &st), 0);
    CHECK_EQ(st.st_size, 8);
    CHECK_EQ(unix_socket_bind("/nonexistent/socket", NULL, &s, &err), ERR_IO);
    CHECK_EQ(unix_socket_bind(dir, NULL, &s, &err), ERR_INVALID);
    end();
}

TEST(the_group_is_given_or_refused)
{
    begin();
    struct unix_socket s;
    struct err err = {0};
    CHECK_EQ(unix_socket_bind(path, "no-such-group-here", &s, &err),
             ERR_INVALID);
    CHECK(access(path, F_OK) < 0);
    const struct group *own = getgrgid(getgid());
    CHECK(own);
    CHECK_OK(unix_socket_bind(path, own->gr_name, &s, &err), err);
    struct stat st;
    CHECK_EQ(stat(path, &st), 0);
    CHECK_EQ(st.st_gid, own->gr_gid);
    unix_socket_remove(&s);
    close(s.fd);
    end();
}

/* In a process of its own, because systemd's sockets begin at descriptor 3. */
TEST(a_socket_of_systemd_is_taken_over)
{
    begin();
    struct unix_socket ours;
    struct err err = {0};
    CHECK_OK(unix_socket_bind(path, NULL, &ours, &err), err);
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        struct unix_socket inherited;
        char self[20];
        snprintf(self, sizeof self, "%d", (int)getpid());
        bool without = unix_socket_inherited(&inherited);
        setenv("LISTEN_FDS", "1", 1);
        setenv("LISTEN_PID", "1", 1);
        bool others = unix_socket_inherited(&inherited);
        setenv("LISTEN_PID", self, 1);
        dup2(ours.fd, 3);
        bool taken = unix_socket_inherited(&inherited);
        bool good = !without && !others && taken && inherited.fd == 3 &&
                    !inherited.ours && strcmp(inherited.path, path) == 0;
        unix_socket_remove(&inherited); /* it is systemd's: it stays */
        _exit(good && access(path, F_OK) == 0 ? 0 : 1);
    }
    int status;
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    CHECK_EQ(status, 0);
    unix_socket_remove(&ours);
    close(ours.fd);
    end();
}

TEST(systemd_is_told_when_it_asked)
{
    begin();
    notify_systemd("READY=1"); /* nobody asked: nothing happens */
    for (int abstract = 0; abstract < 2; abstract++) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        snprintf(address.sun_path, sizeof address.sun_path, "%s%s",
                 abstract ? "@" : "", path);
        setenv("NOTIFY_SOCKET", address.sun_path, 1);
        socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
                                    strlen(address.sun_path));
        if (abstract)
            address.sun_path[0] = '\0';
        CHECK_EQ(bind(fd, (struct sockaddr *)&address, len), 0);
        notify_systemd("READY=1");
        char text[20] = "";
        CHECK_EQ(recv(fd, text, sizeof text - 1, MSG_DONTWAIT), 7);
        CHECK_TEXT(text, "READY=1");
        close(fd);
    }
    unsetenv("NOTIFY_SOCKET");
    end();
}

TEST(only_loopback_can_be_listened_on)
{
    static const struct {
        const char *text;
        int family;
        unsigned port;
    } rows[] = {
        {"127.0.0.1:8080", AF_INET, 8080},
        {"localhost:0", AF_INET, 0},
        {"127.1.2.3:1", AF_INET, 1},
        {"[::1]:65535", AF_INET6, 65535},
        {"0.0.0.0:8080", 0, 0},
        {"10.0.0.1:8080", 0, 0},
        {"[::]:80", 0, 0},
        {"example.org:80", 0, 0},
        {"127.0.0.1", 0, 0},
        {"8080", 0, 0},
        {"127.0.0.1:", 0, 0},
        {"127.0.0.1:65536", 0, 0},
        {"127.0.0.1:-1", 0, 0},
        {"127.0.0.1:80x", 0, 0},
        {":80", 0, 0},
        {"", 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sockaddr_storage address;
        int rc = loopback_address(rows[i].text, &address, NULL);
        CHECK_MSG((rc == 0) == (rows[i].family != 0), "%s: %s", rows[i].text,
                  err_name(rc));
        if (rc)
            continue;
        CHECK_EQ(address.ss_family, rows[i].family);
        const struct sockaddr_in *v4 = (struct sockaddr_in *)&address;
        CHECK_EQ(ntohs(v4->sin_port), rows[i].port); /* same place in v6 */
    }
}

TEST(only_loopback_is_a_host)
{
    CHECK(loopback_host(SLICE("localhost:80"), 80));
    CHECK(loopback_host(SLICE("localhost"), 80));
    CHECK(loopback_host(SLICE("[::1]"), 80));
    CHECK(loopback_host(SLICE("LocalHost:8080"), 8080));
    CHECK(!loopback_host(SLICE("localhost"), 8080));
    CHECK(!loopback_host(SLICE("localhost:8081"), 8080));
    CHECK(!loopback_host(SLICE("localhost:80801"), 8080));
    CHECK(!loopback_host(SLICE("localhost:8080.evil"), 8080));
    CHECK(!loopback_host(SLICE("evil"), 80));
    CHECK(!loopback_host(SLICE(""), 80));
}

RUN(T(a_stale_socket_is_replaced_and_a_live_one_is_not),
    T(only_our_own_socket_is_removed), T(what_is_no_socket_stays),
    T(the_group_is_given_or_refused), T(a_socket_of_systemd_is_taken_over),
    T(systemd_is_told_when_it_asked), T(only_loopback_can_be_listened_on),
    T(only_loopback_is_a_host))
