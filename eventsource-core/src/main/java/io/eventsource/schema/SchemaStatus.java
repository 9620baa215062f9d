package io.eventsource.schema;

import java.util.List;

/**
 * What a look at the database found.
 *
 * @param missingTables the library's tables that are not there
 * @param installedVersion the highest version in the migration history, 0 when there is none
 */
public record SchemaStatus(List<String> missingTables, int installedVersion) {}
