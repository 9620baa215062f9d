package io.eventsource.payload;

import io.eventsource.payload.UnprovenTypeException.TypeFinding;
import java.util.ArrayList;
import java.util.List;

/** What is found out about one class. */
final class Findings {

    private final Class<?> type;
    private final List<TypeFinding> findings = new ArrayList<>();

    Findings(Class<?> type) {
        this.type = type;
    }

    void add(String component, String reason, String remedy) {
        TypeFinding finding = new TypeFinding(type, component, reason, remedy);
        if (!findings.contains(finding)) {
            findings.add(finding);
        }
    }

    List<TypeFinding> all() {
        return List.copyOf(findings);
    }

    static String join(String path, String component) {
        return path.isEmpty() ? component : path + "." + component;
    }

    /** The first line of what an exception says. */
    static String said(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return message.lines().findFirst().orElse(message);
    }
}
