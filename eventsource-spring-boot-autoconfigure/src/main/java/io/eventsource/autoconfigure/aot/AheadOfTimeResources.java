package io.eventsource.autoconfigure.aot;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/** Has the library's migrations kept, and what HikariCP makes by name. */
final class AheadOfTimeResources implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        hints.resources()
                .registerPattern("db/migration/eventsource/*")
                .registerPattern("db/eventsource-schema.sql")
                .registerPattern("META-INF/spring-configuration-metadata.json");
        hints.reflection()
                .registerTypeIfPresent(
                        classLoader,
                        "io.eventsource.jdbc.DemotedServerEviction",
                        MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS);
    }
}
