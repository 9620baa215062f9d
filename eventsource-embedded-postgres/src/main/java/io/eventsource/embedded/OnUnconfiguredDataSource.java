package io.eventsource.embedded;

import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Matches when no property says where the database is, and Boot has a connection pool to make a data source of. Without a
 * pool Boot ignores connection details, and a server would run for nobody.
 */
public final class OnUnconfiguredDataSource extends SpringBootCondition {

    private static final String TYPE = "spring.datasource.type";

    private static final List<String> LOCATIONS = List.of(
            "spring.datasource.url",
            "spring.datasource.jndi-name",
            "spring.datasource.embedded-database-connection",
            "spring.datasource.hikari.jdbc-url",
            "spring.datasource.hikari.data-source-class-name",
            "spring.datasource.xa.data-source-class-name");

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage.Builder message = ConditionMessage.forCondition("Embedded PostgreSQL");
        Environment environment = context.getEnvironment();
        for (String location : LOCATIONS) {
            if (isSet(environment, location)) {
                return ConditionOutcome.noMatch(message.because(location + " is set"));
            }
        }
        if (!isSet(environment, TYPE) && DataSourceBuilder.findType(context.getClassLoader()) == null) {
            return ConditionOutcome.noMatch(message.because("there is no connection pool on the class path"));
        }
        return ConditionOutcome.match(message.because("no data source is configured"));
    }

    private static boolean isSet(Environment environment, String property) {
        try {
            return StringUtils.hasText(environment.getProperty(property));
        } catch (IllegalArgumentException e) {
            // an unresolvable placeholder: a database was meant, and Boot reports the placeholder
            return true;
        }
    }
}
