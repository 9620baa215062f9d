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
