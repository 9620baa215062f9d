package io.eventsource.ground;

/** How bad a finding is, the worst first. */
public enum Severity {
    /** Order or events would be lost silently: the application does not start, and a running one is DOWN. */
    REFUSE,
    /** Nothing can be appended until it ends or is mended: the application starts and is DOWN meanwhile. */
    DOWN,
    /** A guarantee is weaker than documented, or a right is missing or too wide: logged, and a detail of health. */
    WARN,
    /** Worth knowing: logged once. */
    INFO
}
