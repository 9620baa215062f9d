-- How far a projection is, one row per segment of it. Several instances share a projection's buckets. The row of a segment is
-- named by its first bucket; together the rows of a projection hold every bucket once. Owner, epoch and position stand in one
-- row, so that whoever lost a segment moves nothing.
CREATE TABLE ${flyway:defaultSchema}.projection_checkpoints (
    projection_name    text        NOT NULL,
    segment            smallint    NOT NULL,
    position           bigint      NOT NULL,
    epoch              bigint      NOT NULL DEFAULT 0,
    last_event_id      uuid,
    last_event_type    text,
    last_processed_at  timestamptz,
    events_processed   bigint      NOT NULL DEFAULT 0,
    created_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_bucket        smallint    NOT NULL DEFAULT 1023,
    owner              uuid,
    claimed_at         timestamptz,
    -- being merged: the segment to become a part of, and where all its parts meet
    merge_into         smallint,
    merge_at           bigint,
    -- being rebuilt: up to where, and since when
    rebuild_until      bigint,
    rebuild_started_at timestamptz,
    CONSTRAINT projection_checkpoints_pkey PRIMARY KEY (projection_name, segment),
    CONSTRAINT projection_checkpoints_position_not_negative CHECK (position >= 0),
    CONSTRAINT projection_checkpoints_buckets_in_range CHECK (0 <= segment AND segment <= last_bucket AND last_bucket <= 1023),
    CONSTRAINT projection_checkpoints_merge_has_place CHECK ((merge_into IS NULL) = (merge_at IS NULL)),
    CONSTRAINT projection_checkpoints_merge_to_the_left CHECK (merge_into <= segment)
) WITH (fillfactor = 50);

-- The running instances that drive subscriptions. One row is renewed for all segments that an instance owns.
CREATE TABLE ${flyway:defaultSchema}.subscription_instances (
    instance_id      uuid        NOT NULL,
    description      text        NOT NULL,
    subscriptions    text[]      NOT NULL,
    started_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    lease_duration   interval    NOT NULL,
    lease_until      timestamptz NOT NULL,
    CONSTRAINT subscription_instances_pkey PRIMARY KEY (instance_id),
    CONSTRAINT subscription_instances_lease_positive CHECK (lease_duration > interval '0')
) WITH (fillfactor = 50);

-- Whether an instance may still own segments. A lease that ends later than a whole lease from now was given by another clock.
CREATE FUNCTION ${flyway:defaultSchema}.leased(i ${flyway:defaultSchema}.subscription_instances) RETURNS boolean
    LANGUAGE sql STABLE
AS $$
    SELECT i.lease_until > clock_timestamp() AND i.lease_until <= clock_timestamp() + i.lease_duration
$$;

-- What has been said of a subscription to all instances. Every instance finds it when it looks at the segments, also after a restart.
CREATE TABLE ${flyway:defaultSchema}.subscription_controls (
    projection_name  text        NOT NULL,
    -- rises with everything that is said, so that older news change nothing
    changes          bigint      NOT NULL,
    paused_at        timestamptz,
    paused_by        text,
    pause_reason     text,
    resumed_at       timestamptz,
    resumed_by       text,
    CONSTRAINT subscription_controls_pkey PRIMARY KEY (projection_name),
    CONSTRAINT subscription_controls_paused_by_somebody CHECK ((paused_at IS NULL) = (paused_by IS NULL)),
    CONSTRAINT subscription_controls_reason_of_pause CHECK (pause_reason IS NULL OR paused_at IS NOT NULL)
);

-- Cuts a segment in two; its owner keeps the left part. Epochs only ever rise, also from a segment to the parts of it: one that
-- had the number before finds its epoch passed. Does nothing when the segment is not as the caller saw it.
CREATE FUNCTION ${flyway:defaultSchema}.split_segment(p_projection text, p_segment smallint, p_epoch bigint, p_middle smallint)
    RETURNS boolean
    LANGUAGE plpgsql
    -- whoever cuts at its start has a lease to renew
    SET lock_timeout = '1s'
AS $$
DECLARE
    v_last smallint;
BEGIN
    SELECT last_bucket INTO v_last
      FROM ${flyway:defaultSchema}.projection_checkpoints
     WHERE projection_name = p_projection AND segment = p_segment AND epoch = p_epoch AND merge_into IS NULL
       FOR UPDATE;
    IF NOT FOUND OR p_middle NOT BETWEEN p_segment + 1 AND v_last THEN
        RETURN false;
    END IF;
    UPDATE ${flyway:defaultSchema}.projection_checkpoints
       SET last_bucket = p_middle - 1, epoch = epoch + 1
     WHERE projection_name = p_projection AND segment = p_segment;
    INSERT INTO ${flyway:defaultSchema}.projection_checkpoints
           (projection_name, segment, last_bucket, position, epoch, last_event_id, last_event_type, last_processed_at,
            rebuild_until, rebuild_started_at)
    SELECT projection_name, p_middle, v_last, position, epoch, last_event_id, last_event_type, last_processed_at,
           rebuild_until, rebuild_started_at
      FROM ${flyway:defaultSchema}.projection_checkpoints
     WHERE projection_name = p_projection AND segment = p_segment;
    RETURN true;
END
$$;

-- Makes one segment of its parts once all have come to the same position; says whether they have. Locks nothing while they have
-- not: the batches of the others go on.
CREATE FUNCTION ${flyway:defaultSchema}.complete_merge(p_projection text, p_into smallint) RETURNS boolean
    LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (SELECT FROM ${flyway:defaultSchema}.projection_checkpoints
                WHERE projection_name = p_projection AND merge_into = p_into AND position <> merge_at) THEN
        RETURN false;
    END IF;
    PERFORM FROM ${flyway:defaultSchema}.projection_checkpoints
      WHERE projection_name = p_projection AND merge_into = p_into
      ORDER BY segment
        FOR UPDATE;
    IF NOT FOUND OR EXISTS (SELECT FROM ${flyway:defaultSchema}.projection_checkpoints
                             WHERE projection_name = p_projection AND merge_into = p_into AND position <> merge_at) THEN
        RETURN false;
    END IF;
    UPDATE ${flyway:defaultSchema}.projection_checkpoints AS c
       SET last_bucket = whole.last_bucket, epoch = whole.epoch, events_processed = whole.events_processed,
           merge_into = NULL, merge_at = NULL
      FROM (SELECT max(last_bucket) AS last_bucket, max(epoch) + 1 AS epoch, sum(events_processed) AS events_processed
              FROM ${flyway:defaultSchema}.projection_checkpoints
             WHERE projection_name = p_projection AND merge_into = p_into) AS whole
     WHERE c.projection_name = p_projection AND c.segment = p_into;
    DELETE FROM ${flyway:defaultSchema}.projection_checkpoints
     WHERE projection_name = p_projection AND merge_into = p_into;
    RETURN true;
END
$$;

-- Has neighbouring segments go on to the position of the one furthest ahead and become one there. Their epochs rise, so that no
-- batch under way passes that position. Says 'merged', 'merging', or 'changed' when they are not as the caller saw them.
CREATE FUNCTION ${flyway:defaultSchema}.merge_segments(p_projection text, p_segments smallint[]) RETURNS text
    LANGUAGE plpgsql
AS $$
DECLARE
    v_first    smallint;
    v_position bigint;
BEGIN
    PERFORM FROM ${flyway:defaultSchema}.projection_checkpoints
      WHERE projection_name = p_projection AND segment = ANY (p_segments)
      ORDER BY segment
        FOR UPDATE;
    SELECT min(segment), max(position) INTO v_first, v_position
      FROM ${flyway:defaultSchema}.projection_checkpoints
     WHERE projection_name = p_projection AND segment = ANY (p_segments) AND merge_into IS NULL
    HAVING count(*) = cardinality(p_segments)
       AND sum(last_bucket - segment + 1) = max(last_bucket) - min(segment) + 1;
    IF v_first IS NULL THEN
        RETURN 'changed';
    END IF;
    UPDATE ${flyway:defaultSchema}.projection_checkpoints
       SET merge_into = v_first, merge_at = v_position, epoch = epoch + 1
     WHERE projection_name = p_projection AND segment = ANY (p_segments);
    IF ${flyway:defaultSchema}.complete_merge(p_projection, v_first) THEN
        RETURN 'merged';
    END IF;
    RETURN 'merging';
END
$$;
