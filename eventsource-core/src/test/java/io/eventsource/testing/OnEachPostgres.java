package io.eventsource.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;

/**
 * Runs a test class on the oldest and on the newest supported PostgreSQL, or on those that the system property
 * {@code postgres.versions} lists. Its constructor takes a {@link TestDatabase},
 * which all its tests share and which is removed after them.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(name = "{0}")
@ArgumentsSource(OnEachPostgres.Databases.class)
public @interface OnEachPostgres {

    /** A database with the library's tables on each server. */
    final class Databases implements ArgumentsProvider {

        @Override
        public Stream<Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
            return of("18,12");
        }

        static Stream<Arguments> of(String versions) {
            return Stream.of(System.getProperty("postgres.versions", versions).split(","))
                    .map(Integer::valueOf)
                    .map(TestDatabase::migrated)
                    .map(Arguments::of);
        }
    }
}
