package io.eventsource.autoconfigure.checks;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/** Says what gives an application a PostgreSQL where it names none; Boot's own advice is an in-memory database. */
@Order(RefusalFailureAnalyzer.SPECIAL)
final class NoDatabaseFailureAnalyzer extends AbstractFailureAnalyzer<BeanCreationException> {

    /** By its name, since the class is private to Boot. */
    private static final String NO_URL =
            "org.springframework.boot.jdbc.autoconfigure.DataSourceProperties$DataSourceBeanCreationException";

    private static final String EMBEDDED = "io.eventsource.embedded.EmbeddedPostgresAutoConfiguration";

    private final ConfigurableBeanFactory beanFactory;
    private final Environment environment;

    NoDatabaseFailureAnalyzer(BeanFactory beanFactory, Environment environment) {
        this.beanFactory = (ConfigurableBeanFactory) beanFactory;
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BeanCreationException cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each.getClass().getName().equals(NO_URL)) {
                return analysis(each);
            }
        }
        return null;
    }

    private FailureAnalysis analysis(Throwable cause) {
        boolean embedded = ClassUtils.isPresent(EMBEDDED, beanFactory.getBeanClassLoader());
        return new FailureAnalysis(
                "The application has no database: spring.datasource.url is not set, and %s."
                        .formatted(
                                embedded
                                        ? "eventsource.embedded-postgres.enabled is "
                                                + environment.getProperty(
                                                        "eventsource.embedded-postgres.enabled", "true")
                                        : "eventsource-embedded-postgres is not on the class path"),
                "Set spring.datasource.url, spring.datasource.username and spring.datasource.password.\nFor development "
                        + (embedded
                                ? "set eventsource.embedded-postgres.enabled=true."
                                : "add the dependency io.eventsource:eventsource-embedded-postgres with the scope runtime. With <optional>true</optional>, or with the scope test, it is not in the packaged jar."),
                cause);
    }
}
