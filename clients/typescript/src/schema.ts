// Generated from docs/openapi.json by `make client-types`. Do not edit.

export interface paths {
    "/api/account/email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the e-mail address and its state. */
        get: operations["account_email_state"];
        /** Send a code and a link to an address; the present one stays until the new one is proved. */
        put: operations["account_email_request"];
        post?: never;
        /** Remove the address; the former one gets a mail with a link to undo it. */
        delete: operations["account_email_remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/account/email/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Prove the pending address by the code, or by the token of the link. */
        post: operations["account_email_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End this session, or all sessions of the user. */
        post: operations["session_logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the signed-in user. */
        get: operations["session_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange a refresh token for a new pair of tokens. */
        post: operations["session_refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/request-code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a login code; repeats until its expiry send the same code. */
        post: operations["request_code_request_code"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Validate the access token and its session. */
        post: operations["session_validate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/verify-code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Check the code and open a session; a repeat within seconds returns the same session. */
        post: operations["verify_code_verify_code"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/business": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Open a business account owned by the caller. */
        post: operations["business_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/business/mine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List accounts that the caller owns, works in or is invited to. */
        get: operations["business_mine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/business/{business_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an account. */
        get: operations["business_read"];
        /** Change the sent fields. */
        put: operations["business_update"];
        post?: never;
        /** Close the account. */
        delete: operations["business_close"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/business/{business_id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accept the invitation. */
        post: operations["business_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/business/{business_id}/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decline the invitation. */
        post: operations["business_decline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/business/{business_id}/invitations/{invitation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Withdraw an invitation of a phone. */
        delete: operations["business_withdraw"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/business/{business_id}/leave": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Leave the team. */
        post: operations["business_leave"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/business/{business_id}/listings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the account's listings, newest first. */
        get: operations["business_listings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/business/{business_id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List members. Members only. */
        get: operations["business_members"];
        put?: never;
        /** Invite a user or a phone to the team. */
        post: operations["business_invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/business/{business_id}/members/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change a member's role. */
        put: operations["business_set_role"];
        post?: never;
        /** Remove a member or withdraw an invitation. */
        delete: operations["business_remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/business/{business_id}/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Transfer ownership to a member. */
        post: operations["business_transfer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/blocks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List users blocked by the caller. */
        get: operations["chat_blocked"];
        put?: never;
        /** Block a user. */
        post: operations["chat_block"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/blocks/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Unblock a user. */
        delete: operations["chat_unblock"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Report a user or a message to the moderators. */
        post: operations["chat_report"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/threads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the caller's conversations, newest first. */
        get: operations["chat_threads"];
        put?: never;
        /** Get or open the conversation with the seller of a listing. */
        post: operations["chat_open_thread"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/threads/{thread_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a conversation for the caller alone. */
        delete: operations["chat_remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/threads/{thread_id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the messages of a conversation, newest first. */
        get: operations["chat_messages"];
        put?: never;
        /** Send a message; idempotent by `client_message_id` or `Idempotency-Key`. */
        post: operations["chat_send"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/threads/{thread_id}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mark the other side's messages as read. */
        post: operations["chat_mark_read"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/consents/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accept the documents in force. */
        post: operations["consents_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/consents/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Withdraw consent, whole or one optional choice. */
        post: operations["consents_revoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/consents/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the caller's consent to the versions in force. */
        get: operations["consents_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Register this phone for pushes, at each start of the app. */
        post: operations["notifications_register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove this phone: no more pushes. */
        delete: operations["notifications_unregister"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/email/confirm/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show the address that the link of a mail proves. */
        get: operations["email_links_confirm_page"];
        put?: never;
        /** Prove an e-mail address by the link of its mail, once. */
        post: operations["email_links_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/email/undo/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show the address that the link of a notice restores. */
        get: operations["email_links_undo_page"];
        put?: never;
        /** Restore the former address and end all sessions of the account. */
        post: operations["email_links_undo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/email/unsubscribe/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show the type that the link of a mail unsubscribes from. */
        get: operations["email_links_unsubscribe_page"];
        put?: never;
        /** Switch e-mails of one type off: by the button, or by a mail program (RFC 8058). Idempotent. */
        post: operations["email_links_unsubscribe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/listings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List listings for sale by filter and order. */
        get: operations["listings_feed"];
        put?: never;
        /** Post a listing; idempotent by `Idempotency-Key`. */
        post: operations["listings_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/listings/favorites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the caller's favourites. */
        get: operations["listings_favorites"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/listings/mine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the caller's own listings in every state. */
        get: operations["listings_mine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/listings/popular-searches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the most frequent search terms. */
        get: operations["listings_popular_searches"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/listings/saved-searches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the caller's saved searches, with the number of listings since the caller last opened it. */
        get: operations["listings_saved_searches"];
        put?: never;
        /** Save a search; the same filters again return the saved one, unchanged. */
        post: operations["listings_save_search"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/listings/saved-searches/{search_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change the name or the frequency of a saved search. */
        put: operations["listings_change_search"];
        post?: never;
        /** Delete a saved search. */
        delete: operations["listings_forget_search"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/listings/saved-searches/{search_id}/looked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reset the count of new listings; waiting notifications of them are dropped. */
        post: operations["listings_look_at_search"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/listings/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Search listings by the words in `q`; falls back to near matches. */
        get: operations["listings_search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/listings/{listing_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a listing. */
        get: operations["listings_read"];
        /** Change the sent fields; a changed text is checked again, a rejected listing is resubmitted. */
        put: operations["listings_update"];
        post?: never;
        /** Delete a listing with its videos. */
        delete: operations["listings_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/listings/{listing_id}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the comments of a listing, or the replies to one, newest first. */
        get: operations["listings_comments"];
        put?: never;
        /** Comment on a listing, or reply to a comment. */
        post: operations["listings_add_comment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/listings/{listing_id}/comments/{comment_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete the caller's own comment. */
        delete: operations["listings_remove_comment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/listings/{listing_id}/like": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Like a listing. */
        post: operations["listings_like"];
        /** Remove the caller's like. */
        delete: operations["listings_take_like_back"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/listings/{listing_id}/mark-sold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mark a listing as sold; it stays visible for two weeks. */
        post: operations["listings_mark_sold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/listings/{listing_id}/reactivate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reactivate a sold listing. */
        post: operations["listings_reactivate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/listings/{listing_id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Report a listing to the moderators. */
        post: operations["listings_report"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/listings/{listing_id}/save": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Add a listing to the caller's favourites. */
        post: operations["listings_save"];
        /** Remove a listing from the caller's favourites. */
        delete: operations["listings_take_save_back"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/moderation/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the comments that wait for a decision, the oldest first. */
        get: operations["moderation_hidden_comments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/moderation/comments/{comment_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Show a hidden comment again, or remove it. */
        post: operations["moderation_decide_comment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/moderation/listings/{listing_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a listing with the history of its checks. */
        get: operations["moderation_read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/moderation/listings/{listing_id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Approve the listing. */
        post: operations["moderation_approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/moderation/listings/{listing_id}/escalate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Escalate the listing to an administrator. */
        post: operations["moderation_escalate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/moderation/listings/{listing_id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reject the listing: hide it and send the reason to the seller. */
        post: operations["moderation_reject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/moderation/listings/{listing_id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Return the listing to the queue. */
        post: operations["moderation_release"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/moderation/listings/{listing_id}/take": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Assign the listing to the caller. */
        post: operations["moderation_take"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/moderation/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List listings to check, the most urgent first. */
        get: operations["moderation_queue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the caller's notifications, newest first. */
        get: operations["notifications_listed"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/notifications/preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the master switch, quiet hours, and a switch for each type and channel. */
        get: operations["notifications_preferences"];
        /** Change the named preferences. */
        put: operations["notifications_change_preferences"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/notifications/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mark all notifications as read. */
        post: operations["notifications_read_all"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/notifications/unread": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count unread notifications. */
        get: operations["notifications_unread"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/notifications/{notification_id}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mark a notification as read. */
        post: operations["notifications_read"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the caller's payments, newest first. */
        get: operations["payments_history"];
        put?: never;
        /** Order a tier; returns the bank's page, QR code and app links. */
        post: operations["payments_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments/{payment_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a payment; queries its bank while it is unpaid. */
        get: operations["payments_read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments/{payment_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel an unpaid payment. */
        post: operations["payments_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/pictures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the caller's newest pictures with their states, of one listing where given. */
        get: operations["pictures_list_mine"];
        put?: never;
        /** Open an upload of one picture of a declared size and type; send its bytes with exactly these headers. */
        post: operations["pictures_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/pictures/{picture_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the state of a picture of the caller. */
        get: operations["pictures_read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/quality/views": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Receive a batch of playback reports; invalid ones are accepted, dropped and counted. */
        post: operations["quality_report_views"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sms/send": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send one template message to a phone. Idempotent by `Idempotency-Key`. */
        post: operations["sms_send"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sms/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get balances, prices, delivery by mobile network and daily costs. */
        get: operations["sms_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the caller's plan. */
        get: operations["subscriptions_plan"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/subscriptions/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel the renewal; the plan ends with its paid period. */
        post: operations["subscriptions_end"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/subscriptions/downgrade": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Schedule a lower tier for the end of the paid period. */
        post: operations["subscriptions_downgrade"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/subscriptions/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the paid periods, newest first. */
        get: operations["subscriptions_periods"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/subscriptions/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Undo a cancellation or a scheduled downgrade. */
        post: operations["subscriptions_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/subscriptions/tiers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List tiers with prices, and the banks that accept orders. */
        get: operations["subscriptions_choices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/subscriptions/upgrade": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Order a higher tier. It starts once paid; the rest of the lower one is added as time. */
        post: operations["subscriptions_upgrade"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/video/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open an upload session for a declared size, duration and type.
         * @description `X-App-Build` selects the protocol of the upload.
         */
        post: operations["video_token_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/video/{video_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a video's state and current addresses. */
        get: operations["video_read"];
        put?: never;
        post?: never;
        /** Delete a video of the caller; a timer deletes its replicas. */
        delete: operations["video_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/video/{video_id}/manifest.m3u8": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Redirect to the HLS manifest. */
        get: operations["video_manifest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/video/{video_id}/thumbnail.jpg": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Redirect to a still picture. */
        get: operations["video_thumbnail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/video/{video_id}/uploaded": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Complete an upload: compare it with the declaration and revoke the upload token. */
        post: operations["video_token_uploaded"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/video/{video_id}/video.mp4": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Redirect to the video as one file. */
        get: operations["video_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Acceptance
         * @description Answers to the required documents, and the two optional choices.
         */
        Acceptance: {
            /**
             * Terms Accepted
             * @default true
             */
            terms_accepted: boolean;
            /**
             * Privacy Accepted
             * @default true
             */
            privacy_accepted: boolean;
            /**
             * Processing Accepted
             * @default true
             */
            processing_accepted: boolean;
            /**
             * Marketing Accepted
             * @default false
             */
            marketing_accepted: boolean;
            /**
             * Notifications Accepted
             * @default false
             */
            notifications_accepted: boolean;
        };
        /**
         * AppNotification
         * @description Notification in the app's list.
         */
        AppNotification: {
            /** Id */
            id: string;
            /** Type */
            type: string;
            /** Title */
            title: string;
            /** Message */
            message: string;
            /** Action Url */
            action_url: string | null;
            /** Data */
            data: {
                [key: string]: unknown;
            };
            /** Is Read */
            is_read: boolean;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            from_user: components["schemas"]["FromUser"] | null;
        };
        /**
         * Applied
         * @description Number of changed mails; repetitions change none.
         */
        Applied: {
            /** Applied */
            applied: number;
        };
        /**
         * Arrived
         * @description Headers of this request that reached the function; some gateways remove them.
         */
        Arrived: {
            /** Authorization */
            authorization: boolean;
            /** Cookie */
            cookie: boolean;
        };
        /**
         * Balance
         * @description Balance at a provider in its own currency; `price_tyiyn` per segment, where known.
         */
        Balance: {
            /** Provider */
            provider: string;
            /** Balance */
            balance: number;
            /** Currency */
            currency: string;
            /** Price Tyiyn */
            price_tyiyn: number | null;
            /**
             * Measured At
             * Format: date-time
             */
            measured_at: string;
        };
        /**
         * BankChoice
         * @description Bank to pay at, and its features; amounts in tyiyn.
         */
        BankChoice: {
            /** Bank */
            bank: string;
            /** Title */
            title: string;
            /** Qr */
            qr: boolean;
            /** Deep Links */
            deep_links: boolean;
            /** Redirect */
            redirect: boolean;
            /** Keeps Card */
            keeps_card: boolean;
            /** Min Tyiyn */
            min_tyiyn: number;
            /** Max Tyiyn */
            max_tyiyn: number;
        };
        /**
         * Block
         * @description User to block.
         */
        Block: {
            /**
             * User Id
             * Format: uuid
             */
            user_id: string;
        };
        /**
         * Blocked
         * @description Blocked user.
         */
        Blocked: {
            user: components["schemas"]["Person"];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
        };
        /**
         * Business
         * @description Business account. `my_role` and `my_status` are the caller's. The last four are null for all but members.
         */
        Business: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Category */
            category: ("car" | "horse" | "real_estate") | null;
            /** Description */
            description: string | null;
            /** Phone Public */
            phone_public: string | null;
            /** Website */
            website: string | null;
            /** Logo Url */
            logo_url: string | null;
            /** City */
            city: string | null;
            /** Address */
            address: string | null;
            /** Working Hours */
            working_hours: {
                [key: string]: unknown;
            };
            /** Is Verified */
            is_verified: boolean;
            owner: components["schemas"]["Person"];
            /** My Role */
            my_role: string | null;
            /** My Status */
            my_status: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Tax Id */
            tax_id?: string | null;
            /** Email */
            email?: string | null;
            /** Verification Status */
            verification_status?: string | null;
            /** Members Count */
            members_count?: number | null;
        };
        /**
         * BusinessCard
         * @description Business for which the listing is posted.
         */
        BusinessCard: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Logo Url */
            logo_url: string | null;
            /** Is Verified */
            is_verified: boolean;
        };
        /**
         * BusinessChanges
         * @description Fields to change; an empty text or null empties one. `tax_id` (INN) can be given once.
         */
        BusinessChanges: {
            /** Name */
            name?: string;
            /** Category */
            category?: ("car" | "horse" | "real_estate") | null;
            /** Description */
            description?: string | null;
            /** Tax Id */
            tax_id?: string | null;
            /** Phone Public */
            phone_public?: string | null;
            /** Email */
            email?: string | null;
            /** Website */
            website?: string | null;
            /** Logo Url */
            logo_url?: string | null;
            /** City */
            city?: string | null;
            /** Address */
            address?: string | null;
            /** Working Hours */
            working_hours?: {
                [key: string]: components["schemas"]["Hours"];
            } | null;
        };
        /**
         * BusinessListing
         * @description Listing in the list of its business; `price` is in som.
         */
        BusinessListing: {
            /** Id */
            id: string;
            /**
             * Category
             * @enum {string}
             */
            category: "car" | "horse" | "real_estate";
            /** Title */
            title: string;
            /** Price */
            price: number;
            /** Currency */
            currency: string;
            /** City */
            city: string | null;
            /** Status */
            status: string;
            /** Thumbnail Url */
            thumbnail_url: string | null;
            /** Video Thumbnail Url */
            video_thumbnail_url: string | null;
            /** Views Count */
            views_count: number;
            /** Likes Count */
            likes_count: number;
            /** Seller User Id */
            seller_user_id: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
        };
        /**
         * BusinessListings
         * @description Page of listings; `next_cursor` is null on the last one.
         */
        BusinessListings: {
            /** Listings */
            listings: components["schemas"]["BusinessListing"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * CarDetails
         * @description Details of a posted car.
         */
        CarDetails: {
            /** Brand */
            brand: string;
            /** Model */
            model: string;
            /** Year */
            year?: number | null;
            /** Mileage */
            mileage?: number | null;
            /** Color */
            color?: string | null;
            /** Transmission */
            transmission?: ("manual" | "automatic" | "robot" | "variator") | null;
            /** Fuel Type */
            fuel_type?: ("petrol" | "diesel" | "gas" | "petrol_gas" | "hybrid" | "electric") | null;
            /** Body Type */
            body_type?: string | null;
            /** Engine Volume */
            engine_volume?: number | null;
            /** Drive */
            drive?: ("front" | "rear" | "all") | null;
            /** Steering Wheel */
            steering_wheel?: ("left" | "right") | null;
            /** Condition */
            condition?: ("new" | "excellent" | "good" | "needs_repair" | "damaged") | null;
            /** Vin */
            vin?: string | null;
            /** Damage Report */
            damage_report?: string | null;
        };
        /**
         * Changed
         * @description Listing id and, where the change leaves one, its state.
         */
        Changed: {
            /** Id */
            id: string;
            /** Status */
            status?: string | null;
        };
        /**
         * ChatMessage
         * @description Message; `offer_amount` is in som.
         */
        ChatMessage: {
            /** Id */
            id: string;
            /** Thread Id */
            thread_id: string;
            /** Sender Id */
            sender_id: string;
            /** Message Type */
            message_type: string;
            /** Body */
            body: string;
            /** Image Url */
            image_url: string | null;
            /** Offer Amount */
            offer_amount: number | null;
            /** Is Read */
            is_read: boolean;
            /** Read At */
            read_at: string | null;
            /** Client Message Id */
            client_message_id: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            sender: components["schemas"]["Person"];
        };
        /**
         * Check
         * @description Moderation state of the caller's own listing; `reason` explains a rejection.
         */
        Check: {
            /** Status */
            status: string;
            /** Reason */
            reason: string | null;
            /**
             * Submitted At
             * Format: date-time
             */
            submitted_at: string;
            /** Completed At */
            completed_at: string | null;
        };
        /**
         * CheckedListing
         * @description Listing as shown to a moderator.
         */
        CheckedListing: {
            /** Id */
            id: string;
            /** Category */
            category: string;
            /** Title */
            title: string;
            /** Description */
            description: string;
            /** Price */
            price: number;
            /** Currency */
            currency: string;
            /** City */
            city: string | null;
            /** Location */
            location: string | null;
            /** Status */
            status: string;
            /** Moderation Status */
            moderation_status: string;
            /** Thumbnail Url */
            thumbnail_url: string | null;
            /** Video Url */
            video_url: string | null;
            /** Video Id */
            video_id: string | null;
            /** Additional Images */
            additional_images: string[];
            /** Details */
            details: {
                [key: string]: unknown;
            };
            /** Seller */
            seller: {
                [key: string]: unknown;
            };
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
        };
        /**
         * Choices
         * @description Tiers, the cheapest first, and banks in display order.
         */
        Choices: {
            /** Tiers */
            tiers: components["schemas"]["Tier"][];
            /** Banks */
            banks: components["schemas"]["BankChoice"][];
        };
        /**
         * Code
         * @description Sent code; `request_id` may be passed to verify-code, times are in seconds.
         */
        Code: {
            /** Message */
            message: string;
            /** Requestid */
            requestId: string;
            /** Codelength */
            codeLength: number;
            /** Expiresin */
            expiresIn: number;
            /** Resendin */
            resendIn: number;
        };
        /**
         * CodeCheck
         * @description Login code as a string of digits; `requestId` comes from request-code.
         */
        CodeCheck: {
            /** Phone */
            phone: string;
            /** Code */
            code: string;
            /** Requestid */
            requestId?: string | null;
            /** Platform */
            platform?: ("android" | "ios" | "web") | null;
        };
        /**
         * CodeRequest
         * @description Phone as typed; `platform` selects the form of the SMS for autofill.
         *
         *     `channel` email: after a failed SMS the code is sent to the proved e-mail address of the account, if any.
         */
        CodeRequest: {
            /** Phone */
            phone: string;
            /** Platform */
            platform?: ("android" | "ios" | "web") | null;
            /**
             * Channel
             * @default sms
             * @enum {string}
             */
            channel: "sms" | "email";
        };
        /**
         * Comment
         * @description Comment below a listing. `is_hidden` comments wait for a moderator and are visible to their author alone.
         */
        Comment: {
            /** Id */
            id: string;
            /** Listing Id */
            listing_id: string;
            /** User Id */
            user_id: string;
            /** Parent Id */
            parent_id: string | null;
            /** Text */
            text: string;
            /** Likes Count */
            likes_count: number;
            /** Replies Count */
            replies_count: number;
            /** Is Edited */
            is_edited: boolean;
            /** Is Hidden */
            is_hidden: boolean;
            /**
             * Is Liked
             * @default false
             */
            is_liked: boolean;
            user: components["schemas"]["CommentAuthor"];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * CommentAuthor
         * @description Public part of the author.
         */
        CommentAuthor: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Avatar Url */
            avatar_url: string | null;
        };
        /**
         * CommentDecision
         * @description Decision of a moderator: `is_shown` shows the comment again, otherwise it is removed.
         */
        CommentDecision: {
            /** Is Shown */
            is_shown: boolean;
        };
        /**
         * CommentId
         * @description Id of the changed comment.
         */
        CommentId: {
            /** Id */
            id: string;
        };
        /**
         * CommentPage
         * @description Page of comments, newest first.
         */
        CommentPage: {
            /** Comments */
            comments: components["schemas"]["Comment"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * Consent
         * @description Accepted documents, their versions and the time.
         */
        Consent: {
            /** Terms Version */
            terms_version: string;
            /** Privacy Version */
            privacy_version: string;
            /** Processing Version */
            processing_version: string;
            /** Marketing Accepted */
            marketing_accepted: boolean;
            /** Notifications Accepted */
            notifications_accepted: boolean;
            /**
             * Accepted At
             * Format: date-time
             */
            accepted_at: string;
        };
        /** Envelope[Status] */
        Consents_Envelope_Status: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Consents_Status"];
        };
        /**
         * Status
         * @description Consent state; `hasConsents` is true when the versions in force are accepted.
         */
        Consents_Status: {
            /** Hasconsents */
            hasConsents: boolean;
            /** Requiresreconsent */
            requiresReconsent: boolean;
            consent: components["schemas"]["Consent"] | null;
        };
        /**
         * DayBalance
         * @description Balance at the end of a Bishkek day, or now.
         */
        DayBalance: {
            /** Provider */
            provider: string;
            /**
             * Day
             * Format: date
             */
            day: string;
            /** Balance */
            balance: number;
        };
        /**
         * DayCost
         * @description Cost of one purpose on one Bishkek day, in tyiyn.
         */
        DayCost: {
            /**
             * Day
             * Format: date
             */
            day: string;
            /** Purpose */
            purpose: string;
            /** Provider */
            provider: string;
            /** Messages */
            messages: number;
            /** Parts */
            parts: number;
            /** Cost Tyiyn */
            cost_tyiyn: number;
        };
        /**
         * Deliveries
         * @description Deliveries of 24 hours per mobile network; the rate is in percent of those with a delivery receipt.
         */
        Deliveries: {
            /** Provider */
            provider: string;
            /** Mobile Network */
            mobile_network: string;
            /** Accepted */
            accepted: number;
            /** Delivered */
            delivered: number;
            /** Failed */
            failed: number;
            /** Unreported */
            unreported: number;
            /** Delivery Rate */
            delivery_rate: number | null;
        };
        /**
         * Dependency
         * @description Result of one dependency check.
         */
        Dependency: {
            /** Name */
            name: string;
            /** Ok */
            ok: boolean;
            /** Milliseconds */
            milliseconds: number;
        };
        /**
         * DetailChanges
         * @description Details of any category; those that the listing's category lacks are ignored.
         */
        DetailChanges: {
            /**
             * Property Type
             * @default apartment
             * @enum {string}
             */
            property_type: "apartment" | "house" | "land" | "commercial";
            /**
             * Deal Type
             * @default sale
             * @enum {string}
             */
            deal_type: "sale" | "rent";
            /** Rooms */
            rooms?: number | null;
            /** Area */
            area?: number | null;
            /** Land Area */
            land_area?: number | null;
            /** Floor */
            floor?: number | null;
            /** Total Floors */
            total_floors?: number | null;
            /** Address */
            address?: string | null;
            /**
             * Is Owner
             * @default true
             */
            is_owner: boolean;
            /** Breed */
            breed?: string;
            /** Age */
            age?: number | null;
            /** Gender */
            gender?: ("stallion" | "mare" | "gelding") | null;
            /** Height */
            height?: number | null;
            /** Color */
            color?: string | null;
            /** Training */
            training?: string | null;
            /** Purpose */
            purpose?: string | null;
            /** Pedigree */
            pedigree?: boolean | null;
            /** Health Certificate */
            health_certificate?: boolean | null;
            /** Health Notes */
            health_notes?: string | null;
            /** Brand */
            brand?: string;
            /** Model */
            model?: string;
            /** Year */
            year?: number | null;
            /** Mileage */
            mileage?: number | null;
            /** Transmission */
            transmission?: ("manual" | "automatic" | "robot" | "variator") | null;
            /** Fuel Type */
            fuel_type?: ("petrol" | "diesel" | "gas" | "petrol_gas" | "hybrid" | "electric") | null;
            /** Body Type */
            body_type?: string | null;
            /** Engine Volume */
            engine_volume?: number | null;
            /** Drive */
            drive?: ("front" | "rear" | "all") | null;
            /** Steering Wheel */
            steering_wheel?: ("left" | "right") | null;
            /** Condition */
            condition?: ("new" | "excellent" | "good" | "needs_repair" | "damaged") | null;
            /** Vin */
            vin?: string | null;
            /** Damage Report */
            damage_report?: string | null;
        };
        /**
         * Downgrade
         * @description Lower tier that follows the paid period; `free` ends the plan then.
         */
        Downgrade: {
            /** Tier */
            tier: string;
        };
        /**
         * EmailProof
         * @description Code of the mail, or the last part of its link: one of both.
         */
        EmailProof: {
            /** Code */
            code?: string | null;
            /** Token */
            token?: string | null;
        };
        /**
         * EmailState
         * @description Proved address and a pending one.
         *
         *     Mail is sent while the state is `active`; after `bounced` or `complained` a new proof restarts it.
         */
        EmailState: {
            /** Email */
            email: string | null;
            /**
             * State
             * @enum {string}
             */
            state: "none" | "active" | "bounced" | "complained";
            /** Verified At */
            verified_at: string | null;
            pending: components["schemas"]["PendingEmail"] | null;
        };
        /**
         * Empty
         * @description Success without data.
         */
        Empty: {
            /**
             * Done
             * @default true
             */
            done: boolean;
        };
        /**
         * Ended
         * @description Number of sessions ended.
         */
        Ended: {
            /** Ended */
            ended: number;
        };
        /** Envelope[Applied] */
        Envelope_Applied: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Applied"];
        };
        /** Envelope[Business] */
        Envelope_Business: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Business"];
        };
        /** Envelope[BusinessListings] */
        Envelope_BusinessListings: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["BusinessListings"];
        };
        /** Envelope[Changed] */
        Envelope_Changed: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Changed"];
        };
        /** Envelope[ChatMessage] */
        Envelope_ChatMessage: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["ChatMessage"];
        };
        /** Envelope[Choices] */
        Envelope_Choices: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Choices"];
        };
        /** Envelope[Code] */
        Envelope_Code: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Code"];
        };
        /** Envelope[Comment] */
        Envelope_Comment: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Comment"];
        };
        /** Envelope[CommentId] */
        Envelope_CommentId: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["CommentId"];
        };
        /** Envelope[CommentPage] */
        Envelope_CommentPage: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["CommentPage"];
        };
        /** Envelope[EmailState] */
        Envelope_EmailState: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["EmailState"];
        };
        /** Envelope[Empty] */
        Envelope_Empty: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Empty"];
        };
        /** Envelope[Ended] */
        Envelope_Ended: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Ended"];
        };
        /** Envelope[Health] */
        Envelope_Health: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Health"];
        };
        /** Envelope[Listing] */
        Envelope_Listing: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Listing"];
        };
        /** Envelope[Listings] */
        Envelope_Listings: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Listings"];
        };
        /** Envelope[MarkedRead] */
        Envelope_MarkedRead: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["MarkedRead"];
        };
        /** Envelope[Messages] */
        Envelope_Messages: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Messages"];
        };
        /** Envelope[Notifications] */
        Envelope_Notifications: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Notifications"];
        };
        /** Envelope[OpenedPictureUpload] */
        Envelope_OpenedPictureUpload: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["OpenedPictureUpload"];
        };
        /** Envelope[Payments] */
        Envelope_Payments: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Payments"];
        };
        /** Envelope[PictureState] */
        Envelope_PictureState: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["PictureState"];
        };
        /** Envelope[Plan] */
        Envelope_Plan: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Plan"];
        };
        /** Envelope[Preferences] */
        Envelope_Preferences: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Preferences"];
        };
        /** Envelope[Queue] */
        Envelope_Queue: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Queue"];
        };
        /** Envelope[QueueItem] */
        Envelope_QueueItem: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["QueueItem"];
        };
        /** Envelope[QueueItemWithHistory] */
        Envelope_QueueItemWithHistory: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["QueueItemWithHistory"];
        };
        /** Envelope[Reaction] */
        Envelope_Reaction: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Reaction"];
        };
        /** Envelope[ReadMarks] */
        Envelope_ReadMarks: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["ReadMarks"];
        };
        /** Envelope[Recorded] */
        Envelope_Recorded: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Recorded"];
        };
        /** Envelope[Registered] */
        Envelope_Registered: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Registered"];
        };
        /** Envelope[Removed] */
        Envelope_Removed: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Removed"];
        };
        /** Envelope[SavedSearch] */
        Envelope_SavedSearch: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["SavedSearch"];
        };
        /** Envelope[SavedSearchId] */
        Envelope_SavedSearchId: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["SavedSearchId"];
        };
        /** Envelope[Sent] */
        Envelope_Sent: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Sent"];
        };
        /** Envelope[SessionData] */
        Envelope_SessionData: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["SessionData"];
        };
        /** Envelope[Thread] */
        Envelope_Thread: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Thread"];
        };
        /** Envelope[Threads] */
        Envelope_Threads: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Threads"];
        };
        /** Envelope[Unread] */
        Envelope_Unread: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Unread"];
        };
        /** Envelope[UploadState] */
        Envelope_UploadState: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["UploadState"];
        };
        /** Envelope[list[Blocked]] */
        Envelope_list_Blocked: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            /** Data */
            data: components["schemas"]["Blocked"][];
        };
        /** Envelope[list[Member]] */
        Envelope_list_Member: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            /** Data */
            data: components["schemas"]["Member"][];
        };
        /** Envelope[list[Membership]] */
        Envelope_list_Membership: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            /** Data */
            data: components["schemas"]["Membership"][];
        };
        /** Envelope[list[Period]] */
        Envelope_list_Period: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            /** Data */
            data: components["schemas"]["Period"][];
        };
        /** Envelope[list[PictureState]] */
        Envelope_list_PictureState: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            /** Data */
            data: components["schemas"]["PictureState"][];
        };
        /** Envelope[list[PopularSearch]] */
        Envelope_list_PopularSearch: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            /** Data */
            data: components["schemas"]["PopularSearch"][];
        };
        /** Envelope[list[SavedSearch]] */
        Envelope_list_SavedSearch: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            /** Data */
            data: components["schemas"]["SavedSearch"][];
        };
        /**
         * Escalation
         * @description Escalation with a reason for the administrator.
         */
        Escalation: {
            /** Version */
            version: number;
            /** Reason */
            reason?: string | null;
        };
        /**
         * EstateDetails
         * @description Details of a posted property.
         */
        EstateDetails: {
            /**
             * Property Type
             * @enum {string}
             */
            property_type: "apartment" | "house" | "land" | "commercial";
            /**
             * Deal Type
             * @default sale
             * @enum {string}
             */
            deal_type: "sale" | "rent";
            /** Rooms */
            rooms?: number | null;
            /** Area */
            area?: number | null;
            /** Land Area */
            land_area?: number | null;
            /** Floor */
            floor?: number | null;
            /** Total Floors */
            total_floors?: number | null;
            /** Address */
            address?: string | null;
            /**
             * Is Owner
             * @default true
             */
            is_owner: boolean;
        };
        /**
         * FromUser
         * @description User who caused a notification.
         */
        FromUser: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Avatar Url */
            avatar_url: string | null;
        };
        /**
         * Health
         * @description Service state; `degraded` when a dependency does not answer. Without `deep` no dependency is checked.
         */
        Health: {
            /**
             * Status
             * @enum {string}
             */
            status: "ok" | "degraded";
            /** Dependencies */
            dependencies: components["schemas"]["Dependency"][];
            arrived: components["schemas"]["Arrived"];
        };
        /**
         * HistoryEvent
         * @description Step of the check; `details` holds the matched rules.
         */
        HistoryEvent: {
            /** Action */
            action: string;
            /** Reason */
            reason: string | null;
            /** Details */
            details: {
                [key: string]: unknown;
            };
            /** Moderator Id */
            moderator_id: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
        };
        /**
         * HorseDetails
         * @description Details of a posted horse.
         */
        HorseDetails: {
            /** Breed */
            breed: string;
            /** Age */
            age?: number | null;
            /** Gender */
            gender?: ("stallion" | "mare" | "gelding") | null;
            /** Height */
            height?: number | null;
            /** Color */
            color?: string | null;
            /** Training */
            training?: string | null;
            /** Purpose */
            purpose?: string | null;
            /** Pedigree */
            pedigree?: boolean | null;
            /** Health Certificate */
            health_certificate?: boolean | null;
            /** Health Notes */
            health_notes?: string | null;
        };
        /**
         * Hours
         * @description Opening hours of a weekday, Bishkek time.
         */
        Hours: {
            /** From */
            from: string;
            /** To */
            to: string;
        };
        /**
         * ImageSource
         * @description Encoded picture of one width in pixels.
         */
        ImageSource: {
            /** Url */
            url: string;
            /** Width */
            width: number;
        };
        /**
         * Invitation
         * @description Invitee: `phone` as typed, or `user_id`.
         */
        Invitation: {
            /** Phone */
            phone?: string | null;
            /** User Id */
            user_id?: string | null;
            /**
             * Role
             * @default seller
             * @enum {string}
             */
            role: "admin" | "seller";
        };
        /**
         * Listing
         * @description Listing. Price in som, mileage in kilometres, area in square metres, `distance_km` from the requested place.
         *
         *     `video_preview_url` is for muted playback of its first six seconds; null where the provider has no such file.
         */
        Listing: {
            /** Id */
            id: string;
            /** Category */
            category: string;
            /** Title */
            title: string;
            /** Description */
            description: string;
            /** Price */
            price: number;
            /** Currency */
            currency: string;
            /** City */
            city: string | null;
            /** Location */
            location: string | null;
            /** Latitude */
            latitude: number | null;
            /** Longitude */
            longitude: number | null;
            /** Distance Km */
            distance_km?: number | null;
            /** Status */
            status: string;
            /** Moderation Status */
            moderation_status: string;
            /** Video Id */
            video_id: string | null;
            /** Video Provider */
            video_provider: string | null;
            /** Video Status */
            video_status: string;
            /** Video Url */
            video_url: string | null;
            /** Video Player Url */
            video_player_url: string | null;
            /** Video Thumbnail Url */
            video_thumbnail_url: string | null;
            /** Video Preview Url */
            video_preview_url?: string | null;
            /** Thumbnail Url */
            thumbnail_url: string | null;
            /** Video Trim Start */
            video_trim_start: number | null;
            /** Video Trim End */
            video_trim_end: number | null;
            /** Video Original Duration */
            video_original_duration: number | null;
            /** Video Trimmed Duration */
            video_trimmed_duration: number | null;
            /** Additional Images */
            additional_images: string[];
            /** Images */
            images: components["schemas"]["ListingImage"][];
            /** Seller User Id */
            seller_user_id: string;
            /** Seller Id */
            seller_id: string;
            /** Business Id */
            business_id: string | null;
            seller: components["schemas"]["Seller"];
            business?: components["schemas"]["BusinessCard"] | null;
            /** Phone For Listing */
            phone_for_listing?: string | null;
            /** Details */
            details: {
                [key: string]: unknown;
            };
            /** Brand */
            brand: string | null;
            /** Model */
            model: string | null;
            /** Year */
            year: number | null;
            /** Mileage */
            mileage: number | null;
            /** Color */
            color: string | null;
            /** Transmission */
            transmission: string | null;
            /** Fuel Type */
            fuel_type: string | null;
            /** Breed */
            breed: string | null;
            /** Age */
            age: number | null;
            /** Gender */
            gender: string | null;
            /** Property Type */
            property_type: string | null;
            /** Rooms */
            rooms: number | null;
            /** Area */
            area: number | null;
            /** Views Count */
            views_count: number;
            /** Likes Count */
            likes_count: number;
            /** Saves Count */
            saves_count: number;
            /**
             * Comments Count
             * @default 0
             */
            comments_count: number;
            /**
             * Is Liked
             * @default false
             */
            is_liked: boolean;
            /**
             * Is Saved
             * @default false
             */
            is_saved: boolean;
            /**
             * Is Favorited
             * @default false
             */
            is_favorited: boolean;
            /**
             * Is Mine
             * @default false
             */
            is_mine: boolean;
            /** Is Boosted */
            is_boosted: boolean;
            /** Boost Type */
            boost_type: string | null;
            /** Boost Expires At */
            boost_expires_at: string | null;
            /** Boost Until */
            boost_until: string | null;
            /** Ai Make */
            ai_make: string | null;
            /** Ai Model */
            ai_model: string | null;
            /** Ai Year */
            ai_year: number | null;
            /** Ai Color */
            ai_color: string | null;
            /** Ai Summary */
            ai_summary: string | null;
            /** Ai Quality Score */
            ai_quality_score: number | null;
            /** Ai Confidence */
            ai_confidence: number | null;
            /** Published At */
            published_at: string | null;
            /** Expires At */
            expires_at: string | null;
            /** Sold At */
            sold_at: string | null;
            /** Delete At */
            delete_at: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            moderation?: components["schemas"]["Check"] | null;
        };
        /**
         * ListingChanges
         * @description Fields to change; null empties one that may be empty.
         */
        ListingChanges: {
            /** Title */
            title?: string;
            /**
             * Price
             * @default 1
             */
            price: number;
            /** Description */
            description?: string;
            /** City */
            city?: string | null;
            /** Location */
            location?: string | null;
            /** Latitude */
            latitude?: number | null;
            /** Longitude */
            longitude?: number | null;
            /** Video Id */
            video_id?: string | null;
            /** Video Url */
            video_url?: string | null;
            /** Thumbnail Url */
            thumbnail_url?: string | null;
            /**
             * Additional Images
             * @default []
             */
            additional_images: string[];
            /** Video Trim Start */
            video_trim_start?: number | null;
            /** Video Trim End */
            video_trim_end?: number | null;
            /** Video Original Duration */
            video_original_duration?: number | null;
            /** Video Trimmed Duration */
            video_trimmed_duration?: number | null;
            /** Phone For Listing */
            phone_for_listing?: string | null;
            details?: components["schemas"]["DetailChanges"] | null;
        };
        /**
         * ListingFlattened
         * @description Listing in `data`, and its fields at the top level, where the app looks for them.
         */
        ListingFlattened: {
            /** Id */
            id: string;
            /** Category */
            category: string;
            /** Title */
            title: string;
            /** Description */
            description: string;
            /** Price */
            price: number;
            /** Currency */
            currency: string;
            /** City */
            city: string | null;
            /** Location */
            location: string | null;
            /** Latitude */
            latitude: number | null;
            /** Longitude */
            longitude: number | null;
            /** Distance Km */
            distance_km?: number | null;
            /** Status */
            status: string;
            /** Moderation Status */
            moderation_status: string;
            /** Video Id */
            video_id: string | null;
            /** Video Provider */
            video_provider: string | null;
            /** Video Status */
            video_status: string;
            /** Video Url */
            video_url: string | null;
            /** Video Player Url */
            video_player_url: string | null;
            /** Video Thumbnail Url */
            video_thumbnail_url: string | null;
            /** Video Preview Url */
            video_preview_url?: string | null;
            /** Thumbnail Url */
            thumbnail_url: string | null;
            /** Video Trim Start */
            video_trim_start: number | null;
            /** Video Trim End */
            video_trim_end: number | null;
            /** Video Original Duration */
            video_original_duration: number | null;
            /** Video Trimmed Duration */
            video_trimmed_duration: number | null;
            /** Additional Images */
            additional_images: string[];
            /** Images */
            images: components["schemas"]["ListingImage"][];
            /** Seller User Id */
            seller_user_id: string;
            /** Seller Id */
            seller_id: string;
            /** Business Id */
            business_id: string | null;
            seller: components["schemas"]["Seller"];
            business?: components["schemas"]["BusinessCard"] | null;
            /** Phone For Listing */
            phone_for_listing?: string | null;
            /** Details */
            details: {
                [key: string]: unknown;
            };
            /** Brand */
            brand: string | null;
            /** Model */
            model: string | null;
            /** Year */
            year: number | null;
            /** Mileage */
            mileage: number | null;
            /** Color */
            color: string | null;
            /** Transmission */
            transmission: string | null;
            /** Fuel Type */
            fuel_type: string | null;
            /** Breed */
            breed: string | null;
            /** Age */
            age: number | null;
            /** Gender */
            gender: string | null;
            /** Property Type */
            property_type: string | null;
            /** Rooms */
            rooms: number | null;
            /** Area */
            area: number | null;
            /** Views Count */
            views_count: number;
            /** Likes Count */
            likes_count: number;
            /** Saves Count */
            saves_count: number;
            /**
             * Comments Count
             * @default 0
             */
            comments_count: number;
            /**
             * Is Liked
             * @default false
             */
            is_liked: boolean;
            /**
             * Is Saved
             * @default false
             */
            is_saved: boolean;
            /**
             * Is Favorited
             * @default false
             */
            is_favorited: boolean;
            /**
             * Is Mine
             * @default false
             */
            is_mine: boolean;
            /** Is Boosted */
            is_boosted: boolean;
            /** Boost Type */
            boost_type: string | null;
            /** Boost Expires At */
            boost_expires_at: string | null;
            /** Boost Until */
            boost_until: string | null;
            /** Ai Make */
            ai_make: string | null;
            /** Ai Model */
            ai_model: string | null;
            /** Ai Year */
            ai_year: number | null;
            /** Ai Color */
            ai_color: string | null;
            /** Ai Summary */
            ai_summary: string | null;
            /** Ai Quality Score */
            ai_quality_score: number | null;
            /** Ai Confidence */
            ai_confidence: number | null;
            /** Published At */
            published_at: string | null;
            /** Expires At */
            expires_at: string | null;
            /** Sold At */
            sold_at: string | null;
            /** Delete At */
            delete_at: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            moderation?: components["schemas"]["Check"] | null;
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Listing"];
        };
        /**
         * ListingImage
         * @description Picture of a listing with its placeholder; width and height are those of the largest source.
         */
        ListingImage: {
            /** Blurhash */
            blurhash: string;
            /** Width */
            width: number;
            /** Height */
            height: number;
            /** Srcset */
            srcset: components["schemas"]["ImageSource"][];
        };
        /**
         * ListingReport
         * @description User report about the listing.
         */
        ListingReport: {
            /** Reason */
            reason: string;
            /** Comment */
            comment: string | null;
            /** Status */
            status: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
        };
        /**
         * Listings
         * @description Page of listings; `next_cursor` is null on the last one.
         */
        Listings: {
            /** Listings */
            listings: components["schemas"]["Listing"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * LogoutRequest
         * @description Logout options; `everywhere` ends the user's sessions on all devices.
         */
        LogoutRequest: {
            /**
             * Everywhere
             * @default false
             */
            everywhere: boolean;
        };
        /**
         * MarkedRead
         * @description Number of newly read messages.
         */
        MarkedRead: {
            /** Read */
            read: number;
        };
        /**
         * Member
         * @description Team member or invitation.
         *
         *     An invited phone has `invitation_id` and `phone`, visible to owner and admins. Its user is shown only
         *     after acceptance.
         */
        Member: {
            /** User Id */
            user_id?: string | null;
            /** Role */
            role: string;
            /** Status */
            status: string;
            /** Accepted At */
            accepted_at?: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            user?: components["schemas"]["Person"] | null;
            /** Invitation Id */
            invitation_id?: string | null;
            /** Phone */
            phone?: string | null;
        };
        /**
         * Membership
         * @description Business of the caller; `status` is `invited` until the invitation is accepted.
         */
        Membership: {
            /** Role */
            role: string;
            /** Status */
            status: string;
            /** Accepted At */
            accepted_at: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            business: components["schemas"]["Summary"];
        };
        /**
         * Message
         * @description Recipient and template of a message.
         */
        Message: {
            /** Phone */
            phone: string;
            /**
             * Template
             * @enum {string}
             */
            template: "listing_question" | "payment_question" | "payment_refunded" | "account_question" | "test";
            /**
             * Language
             * @default ru
             * @enum {string}
             */
            language: "ru" | "ky" | "en";
        };
        /**
         * Messages
         * @description Page of messages, newest first; `next_cursor` is null on the last one.
         */
        Messages: {
            /** Messages */
            messages: components["schemas"]["ChatMessage"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * NewBusiness
         * @description Business with its name; everything else may come later.
         */
        NewBusiness: {
            /** Name */
            name: string;
            /** Category */
            category?: ("car" | "horse" | "real_estate") | null;
            /** Description */
            description?: string | null;
            /** Tax Id */
            tax_id?: string | null;
            /** Phone Public */
            phone_public?: string | null;
            /** Email */
            email?: string | null;
            /** Website */
            website?: string | null;
            /** Logo Url */
            logo_url?: string | null;
            /** City */
            city?: string | null;
            /** Address */
            address?: string | null;
            /** Working Hours */
            working_hours?: {
                [key: string]: components["schemas"]["Hours"];
            } | null;
        };
        /**
         * NewCar
         * @description Car for sale.
         */
        NewCar: {
            /** Title */
            title: string;
            /** Price */
            price: number;
            /** Description */
            description?: string;
            /** City */
            city?: string | null;
            /** Location */
            location?: string | null;
            /** Latitude */
            latitude?: number | null;
            /** Longitude */
            longitude?: number | null;
            /** Video Id */
            video_id?: string | null;
            /** Video Url */
            video_url?: string | null;
            /** Thumbnail Url */
            thumbnail_url?: string | null;
            /**
             * Additional Images
             * @default []
             */
            additional_images: string[];
            /** Video Trim Start */
            video_trim_start?: number | null;
            /** Video Trim End */
            video_trim_end?: number | null;
            /** Video Original Duration */
            video_original_duration?: number | null;
            /** Video Trimmed Duration */
            video_trimmed_duration?: number | null;
            /** Phone For Listing */
            phone_for_listing?: string | null;
            /**
             * Currency
             * @default KGS
             * @constant
             */
            currency: "KGS";
            /** Business Id */
            business_id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            category: "car";
            details: components["schemas"]["CarDetails"];
        };
        /**
         * NewChatReport
         * @description Reported user or message, and the reason.
         */
        NewChatReport: {
            /**
             * Target Type
             * @enum {string}
             */
            target_type: "user" | "message";
            /**
             * Target Id
             * Format: uuid
             */
            target_id: string;
            /**
             * Reason
             * @enum {string}
             */
            reason: "inappropriate" | "spam" | "fraud" | "duplicate" | "misleading" | "fake_price" | "stolen" | "other";
            /** Comment */
            comment?: string | null;
        };
        /**
         * NewComment
         * @description Body of a new comment, or with `parent_id` of a reply.
         */
        NewComment: {
            /** Text */
            text: string;
            /** Parent Id */
            parent_id?: string | null;
        };
        /**
         * NewDevice
         * @description Phone with its push token. `channels`: Android channels that this build has created.
         *
         *     `native_token` is the token of FCM or APNs, so that the provider can change without a new app.
         */
        NewDevice: {
            /**
             * Token
             * Format: password
             */
            token: string;
            /** Native Token */
            native_token?: string | null;
            /** Platform */
            platform?: ("android" | "ios") | null;
            /** Project */
            project?: string | null;
            /** App Build */
            app_build?: number | null;
            /** Channels */
            channels?: string[];
        };
        /**
         * NewEmail
         * @description Address as typed. It is stored in small letters, its domain in the ASCII form.
         */
        NewEmail: {
            /** Email */
            email: string;
        };
        /**
         * NewEstate
         * @description Property for sale or rent.
         */
        NewEstate: {
            /** Title */
            title: string;
            /** Price */
            price: number;
            /** Description */
            description?: string;
            /** City */
            city?: string | null;
            /** Location */
            location?: string | null;
            /** Latitude */
            latitude?: number | null;
            /** Longitude */
            longitude?: number | null;
            /** Video Id */
            video_id?: string | null;
            /** Video Url */
            video_url?: string | null;
            /** Thumbnail Url */
            thumbnail_url?: string | null;
            /**
             * Additional Images
             * @default []
             */
            additional_images: string[];
            /** Video Trim Start */
            video_trim_start?: number | null;
            /** Video Trim End */
            video_trim_end?: number | null;
            /** Video Original Duration */
            video_original_duration?: number | null;
            /** Video Trimmed Duration */
            video_trimmed_duration?: number | null;
            /** Phone For Listing */
            phone_for_listing?: string | null;
            /**
             * Currency
             * @default KGS
             * @constant
             */
            currency: "KGS";
            /** Business Id */
            business_id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            category: "real_estate";
            details: components["schemas"]["EstateDetails"];
        };
        /**
         * NewHorse
         * @description Horse for sale.
         */
        NewHorse: {
            /** Title */
            title: string;
            /** Price */
            price: number;
            /** Description */
            description?: string;
            /** City */
            city?: string | null;
            /** Location */
            location?: string | null;
            /** Latitude */
            latitude?: number | null;
            /** Longitude */
            longitude?: number | null;
            /** Video Id */
            video_id?: string | null;
            /** Video Url */
            video_url?: string | null;
            /** Thumbnail Url */
            thumbnail_url?: string | null;
            /**
             * Additional Images
             * @default []
             */
            additional_images: string[];
            /** Video Trim Start */
            video_trim_start?: number | null;
            /** Video Trim End */
            video_trim_end?: number | null;
            /** Video Original Duration */
            video_original_duration?: number | null;
            /** Video Trimmed Duration */
            video_trimmed_duration?: number | null;
            /** Phone For Listing */
            phone_for_listing?: string | null;
            /**
             * Currency
             * @default KGS
             * @constant
             */
            currency: "KGS";
            /** Business Id */
            business_id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            category: "horse";
            details: components["schemas"]["HorseDetails"];
        };
        /**
         * NewListingReport
         * @description Reason of a user report.
         */
        NewListingReport: {
            /**
             * Reason
             * @enum {string}
             */
            reason: "inappropriate" | "spam" | "fraud" | "duplicate" | "misleading" | "fake_price" | "stolen" | "other";
            /** Comment */
            comment?: string | null;
        };
        /**
         * NewMessage
         * @description Text (`text`, `message` or `body`), picture, or price in som.
         *
         *     `image_url` is the `url` of an own picture or an address at an allowed host. `client_message_id`, or the
         *     header `Idempotency-Key`, makes a repeated request idempotent.
         */
        NewMessage: {
            /** Text */
            text?: string | null;
            /** Message */
            message?: string | null;
            /** Body */
            body?: string | null;
            /** Message Type */
            message_type?: ("text" | "image" | "offer") | null;
            /** Image Url */
            image_url?: string | null;
            /** Offer Amount */
            offer_amount?: number | null;
            /** Client Message Id */
            client_message_id?: string | null;
        };
        /**
         * NewOwner
         * @description Active member who becomes the owner.
         */
        NewOwner: {
            /**
             * User Id
             * Format: uuid
             */
            user_id: string;
        };
        /**
         * NewPayment
         * @description Tier by our or the app's name, and the bank. `keep_card`: debit later periods, where possible.
         */
        NewPayment: {
            /** Tier */
            tier: string;
            /** Bank */
            bank: string;
            /**
             * Keep Card
             * @default false
             */
            keep_card: boolean;
            /**
             * Picture
             * @default svg
             * @enum {string}
             */
            picture: "svg" | "png" | "none";
        };
        /**
         * NewPicture
         * @description Declaration of a picture: exact size in bytes and type. `listing_id` adds it to a listing when it is ready.
         */
        NewPicture: {
            /**
             * Purpose
             * @enum {string}
             */
            purpose: "listing" | "avatar" | "business_logo" | "chat";
            /** Bytes */
            bytes: number;
            /**
             * Content Type
             * @enum {string}
             */
            content_type: "image/jpeg" | "image/png" | "image/webp" | "image/heic" | "image/heif";
            /** Listing Id */
            listing_id?: string | null;
        };
        /**
         * NewRole
         * @description New role of a member.
         */
        NewRole: {
            /**
             * Role
             * @enum {string}
             */
            role: "admin" | "seller";
        };
        /**
         * NewSavedSearch
         * @description Body of a new saved search.
         */
        NewSavedSearch: {
            /** Name */
            name: string;
            filters: components["schemas"]["SavedFilters"];
            /**
             * Frequency
             * @default daily
             * @enum {string}
             */
            frequency: "instant" | "daily" | "weekly";
        };
        /**
         * NewUpload
         * @description Declaration of an upload. `description` and `tags` come from the existing app and are ignored.
         */
        NewUpload: {
            /** Title */
            title?: string;
            /** Description */
            description?: string | null;
            /** Tags */
            tags?: string[] | null;
            /** Filesize */
            fileSize?: number | null;
            /** Duration */
            duration?: number | null;
            /**
             * Contenttype
             * @default video/mp4
             */
            contentType: string;
            /** Listingid */
            listingId?: string | null;
            /**
             * Projection
             * @default flat
             * @enum {string}
             */
            projection: "flat" | "equirectangular";
        };
        /**
         * Notifications
         * @description Page of notifications, with the number of all unread ones.
         */
        Notifications: {
            /** Notifications */
            notifications: components["schemas"]["AppNotification"][];
            /** Next Cursor */
            next_cursor: string | null;
            /** Unread */
            unread: number;
        };
        /**
         * Offer
         * @description Personal price in tyiyn for `period_days` days.
         */
        Offer: {
            /** Tier */
            tier: string;
            /** Tier Code */
            tier_code: string;
            /** Amount Tyiyn */
            amount_tyiyn: number;
            /** Period Days */
            period_days: number;
            /** Listing Limit */
            listing_limit: number | null;
            /**
             * Valid Until
             * Format: date-time
             */
            valid_until: string;
        };
        /**
         * OpenThread
         * @description Listing of the conversation.
         */
        OpenThread: {
            /**
             * Listing Id
             * Format: uuid
             */
            listing_id: string;
        };
        /**
         * OpenedPictureUpload
         * @description Picture that awaits its bytes.
         */
        OpenedPictureUpload: {
            /** Picture Id */
            picture_id: string;
            upload: components["schemas"]["PictureUpload"];
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
        };
        /**
         * OpenedUpload
         * @description Address for the file. `video_id` is our id; `upload_token` is there for api.video only.
         */
        OpenedUpload: {
            /** Provider */
            provider: string;
            /**
             * Protocol
             * @enum {string}
             */
            protocol: "form" | "tus";
            /** Videoid */
            videoId: string;
            /** Uploadurl */
            uploadUrl: string;
            /** Uploadtoken */
            uploadToken: string | null;
            /** Filename */
            fileName: string;
            /** Filesize */
            fileSize: number;
            /** Chunksize */
            chunkSize: number;
            /**
             * Expiresat
             * Format: date-time
             */
            expiresAt: string;
        };
        /**
         * OpenedUploadFlattened
         * @description Upload session in `data`, and its fields at the top level.
         */
        OpenedUploadFlattened: {
            /** Provider */
            provider: string;
            /**
             * Protocol
             * @enum {string}
             */
            protocol: "form" | "tus";
            /** Videoid */
            videoId: string;
            /** Uploadurl */
            uploadUrl: string;
            /** Uploadtoken */
            uploadToken: string | null;
            /** Filename */
            fileName: string;
            /** Filesize */
            fileSize: number;
            /** Chunksize */
            chunkSize: number;
            /**
             * Expiresat
             * Format: date-time
             */
            expiresAt: string;
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["OpenedUpload"];
        };
        /**
         * Payment
         * @description Payment with its ways to pay; `pay` is null when there is nothing to pay.
         */
        Payment: {
            /** Id */
            id: string;
            /** Amount */
            amount: number;
            /** Amount Tyiyn */
            amount_tyiyn: number;
            /** Refunded Tyiyn */
            refunded_tyiyn: number;
            /** Currency */
            currency: string;
            /** Payment Type */
            payment_type: string;
            /** Description */
            description: string;
            /** Status */
            status: string;
            /** State */
            state: string;
            /** Bank */
            bank: string;
            /** Metadata */
            metadata: {
                [key: string]: unknown;
            };
            /** Completed At */
            completed_at: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Tier */
            tier: string;
            /** Tier Code */
            tier_code: string;
            /** Expires At */
            expires_at: string | null;
            /** Failure Reason */
            failure_reason: string | null;
            pay: components["schemas"]["PaymentOptions"] | null;
        };
        /**
         * PaymentAnswer
         * @description Payment with the app's own field names at the top level.
         */
        PaymentAnswer: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Payment"];
            /** Payment Id */
            payment_id: string;
            /** Payment Url */
            payment_url: string | null;
            /** Status */
            status: string;
        };
        /**
         * PaymentLine
         * @description Payment in the history. `amount` is in som; `status` is for the app, `state` is the full state.
         */
        PaymentLine: {
            /** Id */
            id: string;
            /** Amount */
            amount: number;
            /** Amount Tyiyn */
            amount_tyiyn: number;
            /** Refunded Tyiyn */
            refunded_tyiyn: number;
            /** Currency */
            currency: string;
            /** Payment Type */
            payment_type: string;
            /** Description */
            description: string;
            /** Status */
            status: string;
            /** State */
            state: string;
            /** Bank */
            bank: string;
            /** Metadata */
            metadata: {
                [key: string]: unknown;
            };
            /** Completed At */
            completed_at: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
        };
        /**
         * PaymentLink
         * @description Link that opens a bank's app with the order in it.
         */
        PaymentLink: {
            /** Code */
            code: string;
            /** Name */
            name: string;
            /** Url */
            url: string;
        };
        /**
         * PaymentOptions
         * @description Ways to pay until `expires_at`: a page, a QR code as text and picture, links into banks' apps.
         *
         *     `qr_picture` is an SVG document, or a PNG as a data address.
         */
        PaymentOptions: {
            /** Redirect Url */
            redirect_url: string | null;
            /** Qr Text */
            qr_text: string | null;
            /** Qr Picture */
            qr_picture: string | null;
            /** Deep Links */
            deep_links: components["schemas"]["PaymentLink"][];
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
        };
        /**
         * Payments
         * @description Page of payments, newest first; `next_cursor` is null on the last one.
         */
        Payments: {
            /** Payments */
            payments: components["schemas"]["PaymentLine"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * PendingEmail
         * @description Address with a pending proof. `has_bounced`: the mail came back.
         */
        PendingEmail: {
            /** Email */
            email: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Tries Left */
            tries_left: number;
            /** Has Bounced */
            has_bounced: boolean;
        };
        /**
         * Period
         * @description Paid period; `revoked_at` is set by its refund. `amount` is in som.
         */
        Period: {
            /** Tier */
            tier: string;
            /** Tier Code */
            tier_code: string;
            /** Payment Id */
            payment_id: string;
            /** Amount */
            amount: number;
            /** Amount Tyiyn */
            amount_tyiyn: number;
            /** Currency */
            currency: string;
            /** Bank */
            bank: string;
            /**
             * Starts At
             * Format: date-time
             */
            starts_at: string;
            /**
             * Ends At
             * Format: date-time
             */
            ends_at: string;
            /** Revoked At */
            revoked_at: string | null;
        };
        /**
         * Person
         * @description Public profile of a user.
         */
        Person: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Avatar Url */
            avatar_url: string | null;
            /**
             * Is Verified
             * @default false
             */
            is_verified: boolean;
        };
        /**
         * PictureState
         * @description Picture of the caller. `url` and `image` are present when it is `ready`; `message` is the reason of a refusal.
         *
         *     `withdrawn`: no public object uses it, as after a rejection; it returns together with such an object.
         */
        PictureState: {
            /** Id */
            id: string;
            /** Purpose */
            purpose: string;
            /** Listing Id */
            listing_id: string | null;
            /**
             * State
             * @enum {string}
             */
            state: "awaiting" | "received" | "ready" | "withdrawn" | "refused" | "expired" | "deleting" | "deleted";
            /** Refusal */
            refusal: string | null;
            /** Message */
            message: string | null;
            /** Url */
            url: string | null;
            image: components["schemas"]["ListingImage"] | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
        };
        /**
         * PictureUpload
         * @description Address for the bytes, with the headers that the request must carry.
         */
        PictureUpload: {
            /**
             * Method
             * @default PUT
             * @constant
             */
            method: "PUT";
            /** Url */
            url: string;
            /** Headers */
            headers: {
                [key: string]: string;
            };
        };
        /**
         * Plan
         * @description Caller's plan. `tier` is the app's name; `subscription` is null on the free tier.
         */
        Plan: {
            /** Tier */
            tier: string;
            /** Tier Code */
            tier_code: string;
            subscription: components["schemas"]["Subscription"] | null;
            /** Listing Limit */
            listing_limit: number | null;
            /** Listings This Month */
            listings_this_month: number;
            /** Hidden Listings */
            hidden_listings: number;
            /** Open Payments */
            open_payments: components["schemas"]["Payment"][];
            /** Offers */
            offers: components["schemas"]["Offer"][];
        };
        /**
         * PopularSearch
         * @description Search term and its count.
         */
        PopularSearch: {
            /** Term */
            term: string;
            /** Searches */
            searches: number;
        };
        /**
         * PreferenceChanges
         * @description Preferences to change; omitted ones stay. Quiet hours come together, both null for none.
         */
        PreferenceChanges: {
            /** Is Enabled */
            is_enabled?: boolean | null;
            /** Quiet From */
            quiet_from?: string | null;
            /** Quiet To */
            quiet_to?: string | null;
            /** Time Zone */
            time_zone?: string | null;
            /** Shows Text */
            shows_text?: boolean | null;
            /** Types */
            types?: components["schemas"]["Switch"][];
        };
        /**
         * Preferences
         * @description All preferences. Quiet hours are local times of `time_zone`; both null: none.
         */
        Preferences: {
            /** Is Enabled */
            is_enabled: boolean;
            /** Quiet From */
            quiet_from: string | null;
            /** Quiet To */
            quiet_to: string | null;
            /** Time Zone */
            time_zone: string;
            /** Shows Text */
            shows_text: boolean;
            /** Types */
            types: components["schemas"]["TypePreferences"][];
        };
        /**
         * Queue
         * @description Page of the queue; `next_cursor` is null on the last one.
         */
        Queue: {
            /** Items */
            items: components["schemas"]["QueueItem"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * QueueItem
         * @description Queue item. `flags` are the codes of the rules that the listing breaks.
         */
        QueueItem: {
            /** Listing Id */
            listing_id: string;
            /** Status */
            status: string;
            /** Priority */
            priority: string;
            /** Flags */
            flags: string[];
            /** Reports Count */
            reports_count: number;
            /** Assigned To */
            assigned_to: string | null;
            /** Reason */
            reason: string | null;
            /**
             * Submitted At
             * Format: date-time
             */
            submitted_at: string;
            /** Started At */
            started_at: string | null;
            /** Completed At */
            completed_at: string | null;
            /** Version */
            version: number;
            listing: components["schemas"]["CheckedListing"];
        };
        /**
         * QueueItemWithHistory
         * @description Queue item with its history.
         */
        QueueItemWithHistory: {
            /** Listing Id */
            listing_id: string;
            /** Status */
            status: string;
            /** Priority */
            priority: string;
            /** Flags */
            flags: string[];
            /** Reports Count */
            reports_count: number;
            /** Assigned To */
            assigned_to: string | null;
            /** Reason */
            reason: string | null;
            /**
             * Submitted At
             * Format: date-time
             */
            submitted_at: string;
            /** Started At */
            started_at: string | null;
            /** Completed At */
            completed_at: string | null;
            /** Version */
            version: number;
            listing: components["schemas"]["CheckedListing"];
            /** Events */
            events: components["schemas"]["HistoryEvent"][];
            /** Reports */
            reports: components["schemas"]["ListingReport"][];
        };
        /**
         * Reaction
         * @description Counters after a like or a save.
         */
        Reaction: {
            /** Id */
            id: string;
            /** Likes Count */
            likes_count: number;
            /** Saves Count */
            saves_count: number;
            /** Is Liked */
            is_liked?: boolean | null;
            /** Is Saved */
            is_saved?: boolean | null;
        };
        /**
         * ReadMarks
         * @description Numbers of newly read and of unread notifications.
         */
        ReadMarks: {
            /** Read */
            read: number;
            /** Unread */
            unread: number;
        };
        /**
         * Recorded
         * @description Consent in force after the call, or null.
         */
        Recorded: {
            consent: components["schemas"]["Consent"] | null;
        };
        /**
         * RefreshRequest
         * @description Refresh token of the last response; each is valid for one exchange.
         */
        RefreshRequest: {
            /** Refreshtoken */
            refreshToken: string;
        };
        /**
         * Registered
         * @description Registered phone.
         */
        Registered: {
            /** Id */
            id: string;
        };
        /**
         * Rejection
         * @description Rejection with a reason in words for the seller.
         */
        Rejection: {
            /** Version */
            version: number;
            /** Reason */
            reason: string;
        };
        /**
         * Removed
         * @description Deleted video; shown no longer.
         */
        Removed: {
            /** Id */
            id: string;
        };
        /**
         * Revocation
         * @description Revoke consent; `partial` withdraws one optional choice, without it everything is withdrawn.
         */
        Revocation: {
            /** Reason */
            reason?: string | null;
            /** Partial */
            partial?: ("all" | "marketing" | "notifications") | null;
        };
        /**
         * SavedFilters
         * @description Filters of the feed, and `q` as typed. Unknown fields are refused; a place needs both coordinates.
         */
        SavedFilters: {
            /** Category */
            category?: ("car" | "horse" | "real_estate") | null;
            /** City */
            city?: string | null;
            /** Brand */
            brand?: string | null;
            /** Model */
            model?: string | null;
            /** Breed */
            breed?: string | null;
            /** Property Type */
            property_type?: string | null;
            /** Transmission */
            transmission?: string | null;
            /** Fuel Type */
            fuel_type?: string | null;
            /** Gender */
            gender?: string | null;
            /** Rooms */
            rooms?: number | null;
            /** Price Min */
            price_min?: number | null;
            /** Price Max */
            price_max?: number | null;
            /** Year Min */
            year_min?: number | null;
            /** Year Max */
            year_max?: number | null;
            /** Area Min */
            area_min?: number | null;
            /** Area Max */
            area_max?: number | null;
            /** Seller */
            seller?: string | null;
            /** Business */
            business?: string | null;
            /** Latitude */
            latitude?: number | null;
            /** Longitude */
            longitude?: number | null;
            /**
             * Radius Km
             * @default 50
             */
            radius_km: number;
            /** Q */
            q?: string | null;
        };
        /**
         * SavedSearch
         * @description Saved search. `new_count`: hits since the caller last looked, at most 100.
         */
        SavedSearch: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            filters: components["schemas"]["SavedFilters"];
            /**
             * Frequency
             * @enum {string}
             */
            frequency: "instant" | "daily" | "weekly";
            /** May Be Instant */
            may_be_instant: boolean;
            /** New Count */
            new_count: number;
            /**
             * Looked At
             * Format: date-time
             */
            looked_at: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
        };
        /**
         * SavedSearchChanges
         * @description Fields to change; omitted ones stay.
         */
        SavedSearchChanges: {
            /** Name */
            name?: string | null;
            /** Frequency */
            frequency?: ("instant" | "daily" | "weekly") | null;
        };
        /**
         * SavedSearchId
         * @description Id of a deleted saved search.
         */
        SavedSearchId: {
            /** Id */
            id: string;
        };
        /**
         * Seen
         * @description Version of the queue item that the moderator has seen.
         */
        Seen: {
            /** Version */
            version: number;
        };
        /**
         * Seller
         * @description Public profile of the seller; `phone` is for signed-in callers who read a single listing.
         */
        Seller: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Avatar Url */
            avatar_url: string | null;
            /** City */
            city: string | null;
            /** Is Verified */
            is_verified: boolean;
            /** Rating */
            rating: number;
            /** Phone */
            phone?: string | null;
        };
        /**
         * Sent
         * @description Accepted message; `provider` is null for a repeated request.
         */
        Sent: {
            /**
             * Sms Id
             * Format: uuid
             */
            sms_id: string;
            /** State */
            state: string;
            /** Provider */
            provider: string | null;
        };
        /**
         * SessionData
         * @description Tokens and user. `token` is the access token; `expiresIn` is its lifetime in seconds.
         */
        SessionData: {
            /** Token */
            token: string;
            /** Refreshtoken */
            refreshToken: string;
            /** Expiresin */
            expiresIn: number;
            /** Isnewuser */
            isNewUser: boolean;
            user: components["schemas"]["User"];
        };
        /** Envelope[Received] */
        SmsReport_Envelope_Received: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["SmsReport_Received"];
        };
        /**
         * Received
         * @description Number of changed messages; known or foreign receipts change none.
         */
        SmsReport_Received: {
            /** Changed */
            changed: number;
        };
        /** Envelope[Status] */
        Sms_Envelope_Status: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Sms_Status"];
        };
        /**
         * Status
         * @description SMS status; `circuits` lists skipped providers, with the reason.
         */
        Sms_Status: {
            /** Balances */
            balances: components["schemas"]["Balance"][];
            /** Balance History */
            balance_history: components["schemas"]["DayBalance"][];
            /** Deliveries */
            deliveries: components["schemas"]["Deliveries"][];
            /** Costs */
            costs: components["schemas"]["DayCost"][];
            /** Budget Spent Tyiyn */
            budget_spent_tyiyn: number;
            /** Circuits */
            circuits: {
                [key: string]: unknown;
            }[];
        };
        /**
         * Sold
         * @description Sold listing; visible until `delete_at`.
         */
        Sold: {
            /** Id */
            id: string;
            /** Status */
            status: string;
            /**
             * Sold At
             * Format: date-time
             */
            sold_at: string;
            /**
             * Delete At
             * Format: date-time
             */
            delete_at: string;
            /** Days Until Deletion */
            days_until_deletion: number;
        };
        /**
         * SoldFlattened
         * @description Sold listing, with `delete_at` at the top level as well, where the app looks for it.
         */
        SoldFlattened: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["Sold"];
            /**
             * Delete At
             * Format: date-time
             */
            delete_at: string;
        };
        /**
         * Subscription
         * @description Running plan. `listing_limit` null: unlimited. `ends_with_period`: cancelled, but paid until `expires_at`.
         */
        Subscription: {
            /** Id */
            id: string;
            /** Tier */
            tier: string;
            /** Tier Code */
            tier_code: string;
            /** Status */
            status: string;
            /** Listing Limit */
            listing_limit: number | null;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Grace Until */
            grace_until: string | null;
            /** Auto Renew */
            auto_renew: boolean;
            /** Ends With Period */
            ends_with_period: boolean;
            /** Next Tier */
            next_tier: string | null;
            /** Next Tier Code */
            next_tier_code: string | null;
        };
        /**
         * Summary
         * @description Business in a list.
         */
        Summary: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Category */
            category: ("car" | "horse" | "real_estate") | null;
            /** Logo Url */
            logo_url: string | null;
            /** City */
            city: string | null;
            /** Is Verified */
            is_verified: boolean;
        };
        /**
         * Switch
         * @description Switch of one type and channel.
         */
        Switch: {
            /** Type */
            type: string;
            /**
             * Channel
             * @enum {string}
             */
            channel: "push" | "in_app" | "sms" | "email";
            /** Is On */
            is_on: boolean;
        };
        /**
         * Thread
         * @description Conversation. `listing` is null when it is gone; `is_blocked` when the caller has blocked the other side.
         */
        Thread: {
            /** Id */
            id: string;
            /** Listing Id */
            listing_id: string | null;
            /** Buyer Id */
            buyer_id: string;
            /** Seller Id */
            seller_id: string;
            /** Last Message */
            last_message: string | null;
            /** Last Message At */
            last_message_at: string | null;
            /** Last Message Sender Id */
            last_message_sender_id: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            listing: components["schemas"]["ThreadListing"] | null;
            buyer: components["schemas"]["Person"];
            seller: components["schemas"]["Person"];
            other: components["schemas"]["Person"];
            /** Unread Count */
            unread_count: number;
            /** Is Blocked */
            is_blocked: boolean;
        };
        /**
         * ThreadListing
         * @description Listing that a conversation is about; `price` is in som.
         */
        ThreadListing: {
            /** Id */
            id: string;
            /** Title */
            title: string;
            /** Price */
            price: number;
            /** Currency */
            currency: string;
            /** Thumbnail Url */
            thumbnail_url: string | null;
            /** Category */
            category: string;
            /** Status */
            status: string;
        };
        /**
         * Threads
         * @description Page of conversations; `next_cursor` is null on the last one. `unread_total` counts all conversations.
         */
        Threads: {
            /** Threads */
            threads: components["schemas"]["Thread"][];
            /** Next Cursor */
            next_cursor: string | null;
            /** Unread Total */
            unread_total: number;
        };
        /**
         * Tier
         * @description Tier on sale. `price` is in som for `period_days` days; null: by an offer.
         */
        Tier: {
            /** Tier */
            tier: string;
            /** Tier Code */
            tier_code: string;
            /** Name */
            name: string;
            /** Listings Per Month */
            listings_per_month: number | null;
            /** Price */
            price: number | null;
            /** Price Tyiyn */
            price_tyiyn: number | null;
            /** Period Days */
            period_days: number;
            /** Features */
            features: string[];
        };
        /**
         * TypePreferences
         * @description Type of notification, with the channels that may be switched and their state.
         */
        TypePreferences: {
            /** Type */
            type: string;
            /** Area */
            area: string;
            /** Channels */
            channels: {
                [key: string]: boolean;
            };
        };
        /**
         * Unread
         * @description Number of unread notifications.
         */
        Unread: {
            /** Unread */
            unread: number;
        };
        /**
         * UploadDone
         * @description Finished upload; `videoId` is api.video's response to it.
         */
        UploadDone: {
            /** Videoid */
            videoId?: string | null;
        };
        /**
         * UploadState
         * @description State of the uploaded video.
         */
        UploadState: {
            /** Id */
            id: string;
            /** State */
            state: string;
        };
        /**
         * User
         * @description Signed-in user. `name` is exactly "Пользователь" until the user sets one.
         */
        User: {
            /** Id */
            id: string;
            /** Phone */
            phone: string;
            /** Email */
            email: string | null;
            /** Name */
            name: string;
            /** Avatar Url */
            avatar_url: string | null;
            /** Bio */
            bio: string | null;
            /** City */
            city: string | null;
            /** Language */
            language: string;
            /** Is Verified */
            is_verified: boolean;
            /** Rating */
            rating: number;
            /** Free Limit */
            free_limit: number;
            /** Paid Slots */
            paid_slots: number;
            /** Last Seen */
            last_seen: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * Valid
         * @description Signed-in user, also as `user` at the top level, where the app looks for it.
         */
        Valid: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["User"];
            user: components["schemas"]["User"];
        };
        /**
         * VideoFlattened
         * @description Video in `data`, and its fields at the top level.
         */
        VideoFlattened: {
            /** Videoid */
            videoId: string;
            /** Listingid */
            listingId: string | null;
            /** Provider */
            provider: string;
            /** Status */
            status: string;
            /** Failure */
            failure: string | null;
            /** Duration */
            duration: number | null;
            /** Width */
            width: number | null;
            /** Height */
            height: number | null;
            /** Projection */
            projection: string;
            /** Hlsurl */
            hlsUrl: string | null;
            /** Playerurl */
            playerUrl: string | null;
            /** Thumbnailurl */
            thumbnailUrl: string | null;
            /** Ismine */
            isMine: boolean;
            /**
             * Createdat
             * Format: date-time
             */
            createdAt: string;
            /** Readyat */
            readyAt: string | null;
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["VideoState"];
        };
        /**
         * VideoState
         * @description Video and its current addresses. `status` is our status; `failure` is the reason of a failure.
         */
        VideoState: {
            /** Videoid */
            videoId: string;
            /** Listingid */
            listingId: string | null;
            /** Provider */
            provider: string;
            /** Status */
            status: string;
            /** Failure */
            failure: string | null;
            /** Duration */
            duration: number | null;
            /** Width */
            width: number | null;
            /** Height */
            height: number | null;
            /** Projection */
            projection: string;
            /** Hlsurl */
            hlsUrl: string | null;
            /** Playerurl */
            playerUrl: string | null;
            /** Thumbnailurl */
            thumbnailUrl: string | null;
            /** Ismine */
            isMine: boolean;
            /**
             * Createdat
             * Format: date-time
             */
            createdAt: string;
            /** Readyat */
            readyAt: string | null;
        };
        /** Envelope[Received] */
        VideoWebhook_Envelope_Received: {
            /**
             * Success
             * @default true
             * @constant
             */
            success: true;
            data: components["schemas"]["VideoWebhook_Received"];
        };
        /**
         * Received
         * @description State of the video afterwards; `ignored` for an unknown video.
         */
        VideoWebhook_Received: {
            /** State */
            state: string;
        };
        /**
         * Failure
         * @description Refusal: `code` is for the program, `error` is a sentence for a person.
         */
        Failure: {
            /** @constant */
            success: false;
            error: string;
            code: string;
            request_id: string;
            /** @description Seconds to wait before a retry. */
            retryAfter?: number;
            details?: {
                field: string;
                message: string;
            }[];
        };
    };
    responses: {
        /** @description Refused: `account_blocked`. */
        AccountBlocked: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `authentication_required`. */
        AuthenticationRequired: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `business_owner_stays`. */
        BusinessOwnerStays: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `business_tax_id_taken`. */
        BusinessTaxIdTaken: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `chat_own_listing`. */
        ChatOwnListing: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `email_code_closed`. */
        EmailCodeClosed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `email_link_expired`. */
        EmailLinkExpired: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `forbidden`. */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `idempotency_key_reused`. */
        IdempotencyKeyReused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `internal`. */
        Internal: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `invalid_json`. */
        InvalidJson: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `listing_not_active`. */
        ListingNotActive: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `method_not_allowed`. */
        MethodNotAllowed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `not_found`. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `otp_locked`. */
        OtpLocked: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `payload_too_large`. */
        PayloadTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `payment_not_open`. */
        PaymentNotOpen: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `rate_limited`. */
        RateLimited: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `service_unavailable`. */
        ServiceUnavailable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `validation_failed`. */
        ValidationFailed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Refused: `video_not_ready`. */
        VideoNotReady: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    account_email_state: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_EmailState"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    account_email_request: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewEmail"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_EmailState"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            /** @description Refused: `email_limit`, `rate_limited`. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    account_email_remove: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_EmailState"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    account_email_confirm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmailProof"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_EmailState"];
                };
            };
            /** @description Refused: `email_code_invalid`, `invalid_json`. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `email_link_other_account`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Refused: `email_link_invalid`, `not_found`. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `email_in_use`, `email_link_replaced`, `email_link_used`. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            410: components["responses"]["EmailLinkExpired"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    session_logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["LogoutRequest"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Ended"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    session_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Valid"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    session_refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_SessionData"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    request_code_request_code: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CodeRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Code"];
                };
            };
            400: components["responses"]["InvalidJson"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["EmailCodeClosed"];
            413: components["responses"]["PayloadTooLarge"];
            /** @description Refused: `phone_invalid`, `phone_rejected`, `validation_failed`. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Refused: `otp_address_limit`, `otp_phone_limit`, `otp_temporarily_limited`, `otp_too_soon`, `rate_limited`. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            500: components["responses"]["Internal"];
            /** @description Refused: `service_unavailable`, `sms_unavailable`. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    session_validate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Valid"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    verify_code_verify_code: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CodeCheck"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_SessionData"];
                };
            };
            /** @description Refused: `invalid_json`, `otp_invalid`. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            /** @description Refused: `phone_invalid`, `validation_failed`. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["OtpLocked"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    business_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewBusiness"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Business"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `business_exists`, `business_tax_id_taken`. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            /** @description Refused: `text_refused`, `validation_failed`. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    business_mine: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_list_Membership"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    business_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                business_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Business"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    business_update: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                business_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BusinessChanges"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Business"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["BusinessTaxIdTaken"];
            413: components["responses"]["PayloadTooLarge"];
            /** @description Refused: `text_refused`, `validation_failed`. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    business_close: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                business_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Empty"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    business_accept: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                business_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Business"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    business_decline: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                business_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Empty"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    business_withdraw: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                business_id: string;
                invitation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Empty"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    business_leave: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                business_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Empty"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["BusinessOwnerStays"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    business_listings: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                business_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_BusinessListings"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    business_members: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                business_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_list_Member"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    business_invite: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                business_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Invitation"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Empty"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `business_member_already`, `business_team_full`. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            /** @description Refused: `phone_invalid`, `validation_failed`. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    business_set_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                business_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRole"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Empty"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    business_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                business_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Empty"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["BusinessOwnerStays"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    business_transfer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                business_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOwner"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Business"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `business_member_required`, `business_new_owner_has_one`. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    chat_blocked: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_list_Blocked"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    chat_block: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Block"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Empty"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    chat_unblock: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Empty"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    chat_report: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewChatReport"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Empty"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    chat_threads: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Threads"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    chat_open_thread: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OpenThread"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Thread"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `chat_blocked`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["ChatOwnListing"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    chat_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                thread_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Empty"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    chat_messages: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                thread_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Messages"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    chat_send: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path: {
                thread_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMessage"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_ChatMessage"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `chat_blocked`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IdempotencyKeyReused"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    chat_mark_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                thread_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_MarkedRead"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    consents_accept: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Acceptance"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Recorded"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            /** @description Refused: `consent_required`, `validation_failed`. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    consents_revoke: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Revocation"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Recorded"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    consents_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Consents_Envelope_Status"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    notifications_register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDevice"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Registered"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    notifications_unregister: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Empty"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    email_links_confirm_page: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success, not in the envelope. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    email_links_confirm: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "*/*": unknown;
            };
        };
        responses: {
            /** @description Success, not in the envelope. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    email_links_undo_page: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success, not in the envelope. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    email_links_undo: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "*/*": unknown;
            };
        };
        responses: {
            /** @description Success, not in the envelope. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    email_links_unsubscribe_page: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success, not in the envelope. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    email_links_unsubscribe: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "*/*": unknown;
            };
        };
        responses: {
            /** @description Success, not in the envelope. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused, not in the envelope. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listings_feed: {
        parameters: {
            query?: {
                category?: "car" | "horse" | "real_estate";
                city?: string;
                brand?: string;
                model?: string;
                breed?: string;
                property_type?: string;
                transmission?: string;
                fuel_type?: string;
                gender?: string;
                rooms?: number;
                price_min?: number;
                price_max?: number;
                year_min?: number;
                year_max?: number;
                area_min?: number;
                area_max?: number;
                seller?: string;
                business?: string;
                latitude?: number;
                longitude?: number;
                radius_km?: number;
                status?: string;
                sort?: "newest" | "price_asc" | "price_desc" | "views" | "nearest";
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Listings"];
                };
            };
            /** @description Not modified (`If-None-Match`). */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_create: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCar"] | components["schemas"]["NewHorse"] | components["schemas"]["NewEstate"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Listing"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`, `listing_limit_reached`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `idempotency_key_reused`, `video_unavailable`. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            /** @description Refused: `listing_refused`, `phone_invalid`, `validation_failed`. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_favorites: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Listings"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_mine: {
        parameters: {
            query?: {
                status?: "draft" | "pending_review" | "active" | "sold" | "archived" | "expired" | "rejected";
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Listings"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_popular_searches: {
        parameters: {
            query?: {
                category?: "car" | "horse" | "real_estate";
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_list_PopularSearch"];
                };
            };
            /** @description Not modified (`If-None-Match`). */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_saved_searches: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_list_SavedSearch"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_save_search: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSavedSearch"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_SavedSearch"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `saved_search_limit_reached`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            /** @description Refused: `saved_search_too_broad`, `validation_failed`. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_change_search: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                search_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SavedSearchChanges"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_SavedSearch"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            /** @description Refused: `saved_search_too_broad`, `validation_failed`. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_forget_search: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                search_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_SavedSearchId"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_look_at_search: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                search_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_SavedSearch"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_search: {
        parameters: {
            query: {
                category?: "car" | "horse" | "real_estate";
                city?: string;
                brand?: string;
                model?: string;
                breed?: string;
                property_type?: string;
                transmission?: string;
                fuel_type?: string;
                gender?: string;
                rooms?: number;
                price_min?: number;
                price_max?: number;
                year_min?: number;
                year_max?: number;
                area_min?: number;
                area_max?: number;
                seller?: string;
                business?: string;
                latitude?: number;
                longitude?: number;
                radius_km?: number;
                status?: string;
                sort?: "newest" | "price_asc" | "price_desc" | "views" | "nearest";
                limit?: number;
                cursor?: string;
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Listings"];
                };
            };
            /** @description Not modified (`If-None-Match`). */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListingFlattened"];
                };
            };
            /** @description Not modified (`If-None-Match`). */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_update: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ListingChanges"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Listing"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`, `listing_limit_reached`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `listing_not_active`, `video_unavailable`. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            /** @description Refused: `listing_refused`, `phone_invalid`, `validation_failed`. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Changed"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_comments: {
        parameters: {
            query?: {
                parent_id?: string;
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                listing_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_CommentPage"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_add_comment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewComment"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Comment"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            /** @description Refused: `text_refused`, `validation_failed`. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_remove_comment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: string;
                comment_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_CommentId"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_like: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Reaction"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_take_like_back: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Reaction"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_mark_sold: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SoldFlattened"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["ListingNotActive"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_reactivate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Changed"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `listing_not_sold`, `listing_sale_final`. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            /** @description Refused: `listing_refused`, `validation_failed`. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_report: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewListingReport"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Changed"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_save: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Reaction"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listings_take_save_back: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Reaction"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    moderation_hidden_comments: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_CommentPage"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    moderation_decide_comment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                comment_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommentDecision"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_CommentId"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    moderation_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_QueueItemWithHistory"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    moderation_approve: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Seen"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_QueueItem"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `moderation_decided`, `moderation_outdated`, `moderation_taken`. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    moderation_escalate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Escalation"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_QueueItem"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `moderation_decided`, `moderation_outdated`, `moderation_taken`. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    moderation_reject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Rejection"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_QueueItem"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `moderation_decided`, `moderation_outdated`, `moderation_taken`. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    moderation_release: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Seen"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_QueueItem"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `moderation_decided`, `moderation_outdated`, `moderation_taken`. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    moderation_take: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Seen"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_QueueItem"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `moderation_decided`, `moderation_outdated`, `moderation_taken`. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    moderation_queue: {
        parameters: {
            query?: {
                status?: "pending" | "in_review" | "escalated";
                mine?: boolean;
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Queue"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    notifications_listed: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Notifications"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    notifications_preferences: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Preferences"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    notifications_change_preferences: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreferenceChanges"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Preferences"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    notifications_read_all: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_ReadMarks"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    notifications_unread: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Unread"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    notifications_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                notification_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_ReadMarks"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    payments_history: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Payments"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    payments_order: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPayment"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentAnswer"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `payment_refused`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `idempotency_key_reused`, `payment_being_prepared`, `tier_below_current`, `tier_needs_offer`. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            /** @description Refused: `bank_not_offered`, `tier_not_for_sale`, `validation_failed`. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            /** @description Refused: `bank_unavailable`, `service_unavailable`. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    payments_read: {
        parameters: {
            query?: {
                picture?: "svg" | "png" | "none";
            };
            header?: never;
            path: {
                payment_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentAnswer"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    payments_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                payment_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentAnswer"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["PaymentNotOpen"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    pictures_list_mine: {
        parameters: {
            query?: {
                listing_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_list_PictureState"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    pictures_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPicture"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_OpenedPictureUpload"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `payload_too_large`, `picture_too_large`. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            422: components["responses"]["ValidationFailed"];
            /** @description Refused: `picture_limit_reached`, `rate_limited`. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    pictures_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                picture_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PictureState"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    quality_report_views: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "*/*": unknown;
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Empty"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    sms_send: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Message"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Sent"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IdempotencyKeyReused"];
            413: components["responses"]["PayloadTooLarge"];
            /** @description Refused: `phone_invalid`, `phone_rejected`, `validation_failed`. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Refused: `rate_limited`, `sms_operator_limit`. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            500: components["responses"]["Internal"];
            /** @description Refused: `service_unavailable`, `sms_unavailable`. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    sms_status: {
        parameters: {
            query?: {
                days?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sms_Envelope_Status"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    subscriptions_plan: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Plan"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    subscriptions_end: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Plan"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `subscription_none`, `tier_not_lower`. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    subscriptions_downgrade: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Downgrade"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Plan"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `subscription_none`, `tier_not_lower`. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    subscriptions_periods: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_list_Period"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    subscriptions_resume: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Plan"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `subscription_none`, `tier_not_lower`. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    subscriptions_choices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Choices"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    subscriptions_upgrade: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPayment"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentAnswer"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `payment_refused`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `idempotency_key_reused`, `payment_being_prepared`, `tier_below_current`, `tier_needs_offer`. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            /** @description Refused: `bank_not_offered`, `tier_not_for_sale`, `validation_failed`. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            /** @description Refused: `bank_unavailable`, `service_unavailable`. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    video_token_create: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string | null;
                "x-app-build"?: number | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUpload"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenedUploadFlattened"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `idempotency_key_reused`, `upload_ticket_over`. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Refused: `payload_too_large`, `upload_too_large`. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            /** @description Refused: `service_unavailable`, `video_service_unavailable`. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    video_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                video_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VideoFlattened"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    video_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                video_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Removed"];
                };
            };
            401: components["responses"]["AuthenticationRequired"];
            /** @description Refused: `account_blocked`, `forbidden`. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    video_manifest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                video_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success, not in the envelope. */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["VideoNotReady"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            /** @description Refused: `service_unavailable`, `video_service_unavailable`. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    video_thumbnail: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                video_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success, not in the envelope. */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    video_token_uploaded: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                video_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UploadDone"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_UploadState"];
                };
            };
            400: components["responses"]["InvalidJson"];
            401: components["responses"]["AuthenticationRequired"];
            403: components["responses"]["AccountBlocked"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            /** @description Refused: `upload_ticket_over`, `video_unavailable`. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Refused: `payload_too_large`, `upload_too_large`. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            /** @description Refused: `service_unavailable`, `video_service_unavailable`. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    video_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                video_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success, not in the envelope. */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["VideoNotReady"];
            413: components["responses"]["PayloadTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            /** @description Refused: `service_unavailable`, `video_service_unavailable`. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
}
