package io.eventsource.ground;

import static io.eventsource.ground.GroundReport.Severity.INFO;
import static io.eventsource.ground.GroundReport.Severity.WARN;

import io.eventsource.ground.GroundReport.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the user lacks, and what it may do that an application should not. */
final class RoleRules {

    private RoleRules() {}

    static List<Finding> judge(Facts facts) {
        List<Finding> findings = new ArrayList<>();
        String user = String.valueOf(facts.value("role", "name"));
        List<String> missing = names(facts, "right", "false");
        if (!missing.isEmpty()) {
            findings.add(new Finding(
                    "rights-missing",
                    WARN,
                    "The user %s lacks %s".formatted(user, String.join("; ", missing)),
                    "Whatever needs it fails with SQLSTATE 42501",
                    "Run docs/roles.sql, or as the owner: "
                            + missing.stream()
                                    .map(each -> "GRANT %s TO %s".formatted(each, user))
                                    .reduce((first, next) -> first + "; " + next)
                                    .orElse("")));
        }
        if (facts.is("role", "superuser", "true") || facts.is("role", "owner", "true")) {
            findings.add(new Finding(
                    "role-owns-tables",
                    INFO,
                    "The user %s is %s"
                            .formatted(
                                    user,
                                    facts.is("role", "superuser", "true") ? "a superuser" : "the owner of the tables"),
                    "It can disable the trigger that keeps history, and set positions",
                    "Where that matters, log in with the role eventsource_application of docs/roles.sql"));
            return findings;
        }
        List<String> excess = names(facts, "excess", "true");
        if (!excess.isEmpty()) {
            findings.add(new Finding(
                    "rights-too-wide",
                    WARN,
                    "The user %s has %s".formatted(user, String.join("; ", excess)),
                    "A statement of the application's own can put events where no subscription sees them",
                    "Run docs/roles.sql again, or as the owner: "
                            + excess.stream()
                                    .map(each -> "REVOKE %s FROM %s".formatted(each, user))
                                    .reduce((first, next) -> first + "; " + next)
                                    .orElse("")));
        }
        return findings;
    }

    private static List<String> names(Facts facts, String kind, String value) {
        return facts.all(kind).entrySet().stream()
                .filter(each -> value.equals(each.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }
}
