package io.eventsource.autoconfigure.deadletter;

import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassifier;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What errors of handlers are taken for.
 *
 * @param sqlStates What errors of the database are taken for, by their SQLState or the two characters of its class, before the library's own
 *     rules: infrastructure stops reading until it works, permanent parks the event at once, transient, application and unknown try again first.
 */
@ConfigurationProperties("eventsource.errors")
public record ErrorProperties(@DefaultValue Map<String, ErrorClassification.Category> sqlStates) {

    /** Checks the states. */
    public ErrorProperties {
        sqlStates = Map.copyOf(sqlStates);
        classify(ErrorClassifier.standard(), sqlStates);
    }

    /** A classifier behind the rules for SQLStates; whole states come before classes. */
    ErrorClassifier classify(ErrorClassifier classifier) {
        return classify(classifier, sqlStates);
    }

    private static ErrorClassifier classify(
            ErrorClassifier classifier, Map<String, ErrorClassification.Category> rules) {
        ErrorClassifier result = classifier;
        List<Map.Entry<String, ErrorClassification.Category>> byLength = rules.entrySet().stream()
                .sorted(Comparator.comparingInt(rule -> rule.getKey().length()))
                .toList();
        for (Map.Entry<String, ErrorClassification.Category> rule : byLength) {
            try {
                result = result.withSqlState(
                        rule.getKey().toUpperCase(Locale.ROOT),
                        new ErrorClassification(rule.getValue(), ErrorClassification.Severity.HIGH));
            } catch (IllegalArgumentException invalid) {
                throw new IllegalArgumentException("eventsource.errors.sql-states: " + invalid.getMessage(), invalid);
            }
        }
        return result;
    }
}
