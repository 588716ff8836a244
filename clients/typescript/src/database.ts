// Generated from the schema by `make client-types`. Do not edit.

export type Json =
  | string
  | number
  | boolean
  | null
  | { [key: string]: Json | undefined }
  | Json[]

export type Database = {
  // Allows to automatically instantiate createClient with right options
  // instead of createClient<Database, { PostgrestVersion: 'XX' }>(URL, KEY)
  __InternalSupabase: {
    PostgrestVersion: "12"
  }
  public: {
    Tables: {
      accounts: {
        Row: {
          avatar_url: string | null
          bio: string | null
          blocked_at: string | null
          blocked_reason: string | null
          city: string | null
          created_at: string
          email: string | null
          email_verified_at: string | null
          expo_push_token: string | null
          free_limit: number
          id: string
          is_blocked: boolean
          is_verified: boolean
          language: string
          last_login_at: string | null
          last_seen: string | null
          name: string
          paid_slots: number
          phone: string
          rating: number
          role: string
          total_sales: number
          updated_at: string
        }
        Insert: {
          avatar_url?: string | null
          bio?: string | null
          blocked_at?: never
          blocked_reason?: never
          city?: string | null
          created_at?: never
          email?: never
          email_verified_at?: never
          expo_push_token?: string | null
          free_limit?: never
          id?: never
          is_blocked?: never
          is_verified?: never
          language?: string
          last_login_at?: never
          last_seen?: never
          name?: string
          paid_slots?: never
          phone?: never
          rating?: never
          role?: never
          total_sales?: never
          updated_at?: never
        }
        Update: {
          avatar_url?: string | null
          bio?: string | null
          blocked_at?: never
          blocked_reason?: never
          city?: string | null
          created_at?: never
          email?: never
          email_verified_at?: never
          expo_push_token?: string | null
          free_limit?: never
          id?: never
          is_blocked?: never
          is_verified?: never
          language?: string
          last_login_at?: never
          last_seen?: never
          name?: string
          paid_slots?: never
          phone?: never
          rating?: never
          role?: never
          total_sales?: never
          updated_at?: never
        }
        Relationships: []
      }
      auth_sessions: {
        Row: {
          address: unknown
          created_at: string
          expires_at: string
          id: string
          last_used_at: string
          platform: string | null
          revoked_at: string | null
          revoked_reason: string | null
          updated_at: string
          user_agent: string | null
          user_id: string
        }
        Insert: {
          address?: never
          created_at?: never
          expires_at?: never
          id?: never
          last_used_at?: never
          platform?: never
          revoked_at?: never
          revoked_reason?: never
          updated_at?: never
          user_agent?: never
          user_id?: never
        }
        Update: {
          address?: never
          created_at?: never
          expires_at?: never
          id?: never
          last_used_at?: never
          platform?: never
          revoked_at?: never
          revoked_reason?: never
          updated_at?: never
          user_agent?: never
          user_id?: never
        }
        Relationships: [
          {
            foreignKeyName: "auth_sessions_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      business_accounts: {
        Row: {
          address: string | null
          category: string | null
          city: string | null
          created_at: string
          deleted_at: string | null
          description: string | null
          id: string
          is_verified: boolean
          logo_url: string | null
          name: string
          phone_public: string | null
          updated_at: string
          user_id: string
          website: string | null
          working_hours: NonNullable<Json>
        }
        Insert: {
          address?: string | null
          category?: string | null
          city?: string | null
          created_at?: never
          deleted_at?: never
          description?: string | null
          id?: never
          is_verified?: never
          logo_url?: never
          name: string
          phone_public?: string | null
          updated_at?: never
          user_id?: never
          website?: never
          working_hours?: NonNullable<Json>
        }
        Update: {
          address?: string | null
          category?: string | null
          city?: string | null
          created_at?: never
          deleted_at?: never
          description?: string | null
          id?: never
          is_verified?: never
          logo_url?: never
          name?: string
          phone_public?: string | null
          updated_at?: never
          user_id?: never
          website?: never
          working_hours?: NonNullable<Json>
        }
        Relationships: [
          {
            foreignKeyName: "business_accounts_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      business_members: {
        Row: {
          accepted_at: string | null
          business_id: string
          created_at: string
          id: string
          invited_by: string | null
          role: string
          status: string
          updated_at: string
          user_id: string
        }
        Insert: {
          accepted_at?: never
          business_id?: never
          created_at?: never
          id?: never
          invited_by?: never
          role: string
          status?: string
          updated_at?: never
          user_id?: never
        }
        Update: {
          accepted_at?: never
          business_id?: never
          created_at?: never
          id?: never
          invited_by?: never
          role?: string
          status?: string
          updated_at?: never
          user_id?: never
        }
        Relationships: [
          {
            foreignKeyName: "business_members_business_id_fkey"
            columns: ["business_id"]
            isOneToOne: false
            referencedRelation: "business_accounts"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "business_members_invited_by_fkey"
            columns: ["invited_by"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "business_members_profile_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "public_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "business_members_profile_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "business_members_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      car_details: {
        Row: {
          body_type: string | null
          brand: string
          color: string | null
          condition: string | null
          created_at: string
          damage_report: string | null
          drive: string | null
          engine_volume: number | null
          fuel_type: string | null
          listing_id: string
          mileage: number | null
          model: string
          steering_wheel: string | null
          transmission: string | null
          updated_at: string
          vin: string | null
          year: number | null
        }
        Insert: {
          body_type?: string | null
          brand: string
          color?: string | null
          condition?: string | null
          created_at?: never
          damage_report?: string | null
          drive?: string | null
          engine_volume?: number | null
          fuel_type?: string | null
          listing_id?: never
          mileage?: number | null
          model: string
          steering_wheel?: string | null
          transmission?: string | null
          updated_at?: never
          vin?: string | null
          year?: number | null
        }
        Update: {
          body_type?: string | null
          brand?: string
          color?: string | null
          condition?: string | null
          created_at?: never
          damage_report?: string | null
          drive?: string | null
          engine_volume?: number | null
          fuel_type?: string | null
          listing_id?: never
          mileage?: number | null
          model?: string
          steering_wheel?: string | null
          transmission?: string | null
          updated_at?: never
          vin?: string | null
          year?: number | null
        }
        Relationships: [
          {
            foreignKeyName: "car_details_listing_id_fkey"
            columns: ["listing_id"]
            isOneToOne: true
            referencedRelation: "listings"
            referencedColumns: ["id"]
          },
        ]
      }
      chat_blocks: {
        Row: {
          blocked_id: string
          blocker_id: string
          created_at: string
          id: string
          updated_at: string
        }
        Insert: {
          blocked_id?: never
          blocker_id?: never
          created_at?: never
          id?: never
          updated_at?: never
        }
        Update: {
          blocked_id?: never
          blocker_id?: never
          created_at?: never
          id?: never
          updated_at?: never
        }
        Relationships: [
          {
            foreignKeyName: "chat_blocks_blocked_id_fkey"
            columns: ["blocked_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "chat_blocks_blocked_profile_fkey"
            columns: ["blocked_id"]
            isOneToOne: false
            referencedRelation: "public_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "chat_blocks_blocked_profile_fkey"
            columns: ["blocked_id"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "chat_blocks_blocker_id_fkey"
            columns: ["blocker_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      chat_messages: {
        Row: {
          body: string
          client_message_id: string | null
          created_at: string
          id: string
          image_url: string | null
          is_read: boolean
          message_type: string
          offer_amount: number | null
          read_at: string | null
          sender_id: string
          thread_id: string
          updated_at: string
        }
        Insert: {
          body?: string
          client_message_id?: string | null
          created_at?: never
          id?: never
          image_url?: never
          is_read?: boolean
          message_type?: string
          offer_amount?: number | null
          read_at?: string | null
          sender_id: string
          thread_id: string
          updated_at?: never
        }
        Update: {
          body?: string
          client_message_id?: string | null
          created_at?: never
          id?: never
          image_url?: never
          is_read?: boolean
          message_type?: string
          offer_amount?: number | null
          read_at?: string | null
          sender_id?: string
          thread_id?: string
          updated_at?: never
        }
        Relationships: [
          {
            foreignKeyName: "chat_messages_sender_id_fkey"
            columns: ["sender_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "chat_messages_sender_profile_fkey"
            columns: ["sender_id"]
            isOneToOne: false
            referencedRelation: "public_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "chat_messages_sender_profile_fkey"
            columns: ["sender_id"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "chat_messages_thread_id_fkey"
            columns: ["thread_id"]
            isOneToOne: false
            referencedRelation: "chat_threads"
            referencedColumns: ["id"]
          },
        ]
      }
      chat_threads: {
        Row: {
          buyer_deleted_at: string | null
          buyer_id: string
          created_at: string
          id: string
          last_message: string | null
          last_message_at: string | null
          last_message_sender_id: string | null
          listing_id: string | null
          seller_deleted_at: string | null
          seller_id: string
          updated_at: string
        }
        Insert: {
          buyer_deleted_at?: string | null
          buyer_id: string
          created_at?: never
          id?: never
          last_message?: never
          last_message_at?: never
          last_message_sender_id?: never
          listing_id?: string | null
          seller_deleted_at?: string | null
          seller_id: string
          updated_at?: never
        }
        Update: {
          buyer_deleted_at?: string | null
          buyer_id?: string
          created_at?: never
          id?: never
          last_message?: never
          last_message_at?: never
          last_message_sender_id?: never
          listing_id?: string | null
          seller_deleted_at?: string | null
          seller_id?: string
          updated_at?: never
        }
        Relationships: [
          {
            foreignKeyName: "chat_threads_buyer_id_fkey"
            columns: ["buyer_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "chat_threads_buyer_profile_fkey"
            columns: ["buyer_id"]
            isOneToOne: false
            referencedRelation: "public_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "chat_threads_buyer_profile_fkey"
            columns: ["buyer_id"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "chat_threads_last_message_sender_id_fkey"
            columns: ["last_message_sender_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "chat_threads_listing_id_fkey"
            columns: ["listing_id"]
            isOneToOne: false
            referencedRelation: "listings"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "chat_threads_seller_id_fkey"
            columns: ["seller_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "chat_threads_seller_profile_fkey"
            columns: ["seller_id"]
            isOneToOne: false
            referencedRelation: "public_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "chat_threads_seller_profile_fkey"
            columns: ["seller_id"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
        ]
      }
      comment_likes: {
        Row: {
          comment_id: string
          created_at: string
          id: string
          user_id: string
        }
        Insert: {
          comment_id: string
          created_at?: never
          id?: never
          user_id: string
        }
        Update: {
          comment_id?: string
          created_at?: never
          id?: never
          user_id?: string
        }
        Relationships: [
          {
            foreignKeyName: "comment_likes_comment_id_fkey"
            columns: ["comment_id"]
            isOneToOne: false
            referencedRelation: "comments"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "comment_likes_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      comment_reactions: {
        Row: {
          comment_id: string
          created_at: string
          emoji: string
          id: string
          user_id: string
        }
        Insert: {
          comment_id: string
          created_at?: never
          emoji: string
          id?: never
          user_id: string
        }
        Update: {
          comment_id?: string
          created_at?: never
          emoji?: string
          id?: never
          user_id?: string
        }
        Relationships: [
          {
            foreignKeyName: "comment_reactions_comment_id_fkey"
            columns: ["comment_id"]
            isOneToOne: false
            referencedRelation: "comments"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "comment_reactions_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      comments: {
        Row: {
          created_at: string
          id: string
          is_deleted: boolean
          is_edited: boolean
          is_hidden: boolean
          likes_count: number
          listing_id: string
          parent_id: string | null
          replies_count: number
          text: string
          updated_at: string
          user_id: string
        }
        Insert: {
          created_at?: never
          id?: never
          is_deleted?: boolean
          is_edited?: never
          is_hidden?: never
          likes_count?: never
          listing_id: string
          parent_id?: string | null
          replies_count?: never
          text: string
          updated_at?: never
          user_id: string
        }
        Update: {
          created_at?: never
          id?: never
          is_deleted?: boolean
          is_edited?: never
          is_hidden?: never
          likes_count?: never
          listing_id?: string
          parent_id?: string | null
          replies_count?: never
          text?: string
          updated_at?: never
          user_id?: string
        }
        Relationships: [
          {
            foreignKeyName: "comments_listing_id_fkey"
            columns: ["listing_id"]
            isOneToOne: false
            referencedRelation: "listings"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "comments_parent_id_fkey"
            columns: ["parent_id"]
            isOneToOne: false
            referencedRelation: "comments"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "comments_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "comments_user_profile_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "public_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "comments_user_profile_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
        ]
      }
      horse_details: {
        Row: {
          age: number | null
          breed: string
          color: string | null
          created_at: string
          gender: string | null
          health_certificate: boolean | null
          health_notes: string | null
          height: number | null
          listing_id: string
          pedigree: boolean | null
          purpose: string | null
          training: string | null
          updated_at: string
        }
        Insert: {
          age?: number | null
          breed: string
          color?: string | null
          created_at?: never
          gender?: string | null
          health_certificate?: boolean | null
          health_notes?: string | null
          height?: number | null
          listing_id?: never
          pedigree?: boolean | null
          purpose?: string | null
          training?: string | null
          updated_at?: never
        }
        Update: {
          age?: number | null
          breed?: string
          color?: string | null
          created_at?: never
          gender?: string | null
          health_certificate?: boolean | null
          health_notes?: string | null
          height?: number | null
          listing_id?: never
          pedigree?: boolean | null
          purpose?: string | null
          training?: string | null
          updated_at?: never
        }
        Relationships: [
          {
            foreignKeyName: "horse_details_listing_id_fkey"
            columns: ["listing_id"]
            isOneToOne: true
            referencedRelation: "listings"
            referencedColumns: ["id"]
          },
        ]
      }
      listing_contacts: {
        Row: {
          created_at: string
          listing_id: string
          phone_for_listing: string
          updated_at: string
        }
        Insert: {
          created_at?: never
          listing_id?: never
          phone_for_listing: string
          updated_at?: never
        }
        Update: {
          created_at?: never
          listing_id?: never
          phone_for_listing?: string
          updated_at?: never
        }
        Relationships: [
          {
            foreignKeyName: "listing_contacts_listing_id_fkey"
            columns: ["listing_id"]
            isOneToOne: true
            referencedRelation: "listings"
            referencedColumns: ["id"]
          },
        ]
      }
      listing_likes: {
        Row: {
          created_at: string
          id: string
          listing_id: string
          updated_at: string
          user_id: string
        }
        Insert: {
          created_at?: never
          id?: never
          listing_id: string
          updated_at?: never
          user_id: string
        }
        Update: {
          created_at?: never
          id?: never
          listing_id?: string
          updated_at?: never
          user_id?: string
        }
        Relationships: [
          {
            foreignKeyName: "listing_likes_listing_id_fkey"
            columns: ["listing_id"]
            isOneToOne: false
            referencedRelation: "listings"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "listing_likes_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      listing_saves: {
        Row: {
          created_at: string
          id: string
          listing_id: string
          lowest_price_told: number | null
          price_when_saved: number | null
          updated_at: string
          user_id: string
        }
        Insert: {
          created_at?: never
          id?: never
          listing_id: string
          lowest_price_told?: never
          price_when_saved?: never
          updated_at?: never
          user_id: string
        }
        Update: {
          created_at?: never
          id?: never
          listing_id?: string
          lowest_price_told?: never
          price_when_saved?: never
          updated_at?: never
          user_id?: string
        }
        Relationships: [
          {
            foreignKeyName: "listing_saves_listing_id_fkey"
            columns: ["listing_id"]
            isOneToOne: false
            referencedRelation: "listings"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "listing_saves_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      listings: {
        Row: {
          additional_images: string[]
          age: number | null
          ai_color: string | null
          ai_confidence: number | null
          ai_make: string | null
          ai_model: string | null
          ai_quality_score: number | null
          ai_score: number | null
          ai_summary: string | null
          ai_year: number | null
          area: number | null
          boost_activated_at: string | null
          boost_expires_at: string | null
          boost_type: string | null
          brand: string | null
          breed: string | null
          business_id: string | null
          category: string
          city: string | null
          color: string | null
          comments_count: number
          created_at: string
          currency: string
          delete_at: string | null
          deleted_at: string | null
          description: string
          details: NonNullable<Json>
          expires_at: string | null
          fuel_type: string | null
          gender: string | null
          id: string
          images: NonNullable<Json>
          is_boosted: boolean
          is_hidden: boolean
          latitude: number | null
          likes: number | null
          likes_count: number
          location: string | null
          location_text: string | null
          longitude: number | null
          mileage: number | null
          model: string | null
          moderation_status: string
          price: number
          property_type: string | null
          published_at: string | null
          rooms: number | null
          saves: number | null
          saves_count: number
          seller_id: string | null
          seller_user_id: string
          sold_at: string | null
          status: string
          thumbnail_url: string | null
          title: string
          transmission: string | null
          updated_at: string
          video_id: string | null
          video_original_duration: number | null
          video_player_url: string | null
          video_preview_url: string | null
          video_provider: string | null
          video_status: string
          video_thumbnail_url: string | null
          video_trim_end: number | null
          video_trim_start: number | null
          video_trimmed_duration: number | null
          video_url: string | null
          views: number | null
          views_count: number
          year: number | null
        }
        Insert: {
          additional_images?: never
          age?: never
          ai_color?: never
          ai_confidence?: never
          ai_make?: never
          ai_model?: never
          ai_quality_score?: never
          ai_score?: never
          ai_summary?: never
          ai_year?: never
          area?: never
          boost_activated_at?: never
          boost_expires_at?: never
          boost_type?: never
          brand?: never
          breed?: never
          business_id?: never
          category?: never
          city?: string | null
          color?: never
          comments_count?: never
          created_at?: never
          currency?: never
          delete_at?: never
          deleted_at?: never
          description?: string
          details?: never
          expires_at?: never
          fuel_type?: never
          gender?: never
          id?: never
          images?: never
          is_boosted?: never
          is_hidden?: never
          latitude?: number | null
          likes?: never
          likes_count?: never
          location?: string | null
          location_text?: string | null
          longitude?: number | null
          mileage?: never
          model?: never
          moderation_status?: never
          price: number
          property_type?: never
          published_at?: never
          rooms?: never
          saves?: never
          saves_count?: never
          seller_id?: never
          seller_user_id?: never
          sold_at?: never
          status?: string
          thumbnail_url?: never
          title: string
          transmission?: never
          updated_at?: string
          video_id?: never
          video_original_duration?: number | null
          video_player_url?: never
          video_preview_url?: never
          video_provider?: never
          video_status?: never
          video_thumbnail_url?: never
          video_trim_end?: number | null
          video_trim_start?: number | null
          video_trimmed_duration?: number | null
          video_url?: never
          views?: never
          views_count?: never
          year?: never
        }
        Update: {
          additional_images?: never
          age?: never
          ai_color?: never
          ai_confidence?: never
          ai_make?: never
          ai_model?: never
          ai_quality_score?: never
          ai_score?: never
          ai_summary?: never
          ai_year?: never
          area?: never
          boost_activated_at?: never
          boost_expires_at?: never
          boost_type?: never
          brand?: never
          breed?: never
          business_id?: never
          category?: never
          city?: string | null
          color?: never
          comments_count?: never
          created_at?: never
          currency?: never
          delete_at?: never
          deleted_at?: never
          description?: string
          details?: never
          expires_at?: never
          fuel_type?: never
          gender?: never
          id?: never
          images?: never
          is_boosted?: never
          is_hidden?: never
          latitude?: number | null
          likes?: never
          likes_count?: never
          location?: string | null
          location_text?: string | null
          longitude?: number | null
          mileage?: never
          model?: never
          moderation_status?: never
          price?: number
          property_type?: never
          published_at?: never
          rooms?: never
          saves?: never
          saves_count?: never
          seller_id?: never
          seller_user_id?: never
          sold_at?: never
          status?: string
          thumbnail_url?: never
          title?: string
          transmission?: never
          updated_at?: string
          video_id?: never
          video_original_duration?: number | null
          video_player_url?: never
          video_preview_url?: never
          video_provider?: never
          video_status?: never
          video_thumbnail_url?: never
          video_trim_end?: number | null
          video_trim_start?: number | null
          video_trimmed_duration?: number | null
          video_url?: never
          views?: never
          views_count?: never
          year?: never
        }
        Relationships: [
          {
            foreignKeyName: "listings_business_id_fkey"
            columns: ["business_id"]
            isOneToOne: false
            referencedRelation: "business_accounts"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "listings_seller_profile_fkey"
            columns: ["seller_user_id"]
            isOneToOne: false
            referencedRelation: "public_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "listings_seller_profile_fkey"
            columns: ["seller_user_id"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "listings_seller_user_id_fkey"
            columns: ["seller_user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      moderation_events: {
        Row: {
          action: string
          created_at: string
          id: string
          listing_id: string
          reason: string | null
        }
        Insert: {
          action?: never
          created_at?: never
          id?: never
          listing_id?: never
          reason?: never
        }
        Update: {
          action?: never
          created_at?: never
          id?: never
          listing_id?: never
          reason?: never
        }
        Relationships: [
          {
            foreignKeyName: "moderation_events_listing_id_fkey"
            columns: ["listing_id"]
            isOneToOne: false
            referencedRelation: "listings"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "moderation_events_moderator_id_fkey"
            columns: ["moderator_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      moderation_queue: {
        Row: {
          completed_at: string | null
          id: string
          listing_id: string
          reason: string | null
          status: string
          submitted_at: string
        }
        Insert: {
          completed_at?: never
          id?: never
          listing_id?: never
          reason?: never
          status?: never
          submitted_at?: never
        }
        Update: {
          completed_at?: never
          id?: never
          listing_id?: never
          reason?: never
          status?: never
          submitted_at?: never
        }
        Relationships: [
          {
            foreignKeyName: "moderation_queue_assigned_to_fkey"
            columns: ["assigned_to"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "moderation_queue_listing_id_fkey"
            columns: ["listing_id"]
            isOneToOne: true
            referencedRelation: "listings"
            referencedColumns: ["id"]
          },
        ]
      }
      notification_preferences: {
        Row: {
          channel: string
          created_at: string
          id: string
          is_on: boolean
          type: string
          updated_at: string
          user_id: string
        }
        Insert: {
          channel?: never
          created_at?: never
          id?: never
          is_on?: never
          type?: never
          updated_at?: never
          user_id?: never
        }
        Update: {
          channel?: never
          created_at?: never
          id?: never
          is_on?: never
          type?: never
          updated_at?: never
          user_id?: never
        }
        Relationships: [
          {
            foreignKeyName: "notification_preferences_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      notification_settings: {
        Row: {
          created_at: string
          is_enabled: boolean
          quiet_from: string | null
          quiet_to: string | null
          shows_text: boolean
          time_zone: string | null
          updated_at: string
          user_id: string
        }
        Insert: {
          created_at?: never
          is_enabled?: never
          quiet_from?: never
          quiet_to?: never
          shows_text?: never
          time_zone?: never
          updated_at?: never
          user_id?: never
        }
        Update: {
          created_at?: never
          is_enabled?: never
          quiet_from?: never
          quiet_to?: never
          shows_text?: never
          time_zone?: never
          updated_at?: never
          user_id?: never
        }
        Relationships: [
          {
            foreignKeyName: "notification_settings_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: true
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      notifications: {
        Row: {
          action_url: string | null
          created_at: string
          data: NonNullable<Json>
          dedupe_key: string | null
          from_user_id: string | null
          id: string
          in_app: boolean
          is_read: boolean
          may_push: boolean
          message: string
          title: string
          type: string
          updated_at: string
          user_id: string
        }
        Insert: {
          action_url?: never
          created_at?: never
          data?: never
          dedupe_key?: never
          from_user_id?: never
          id?: never
          in_app?: never
          is_read?: boolean
          may_push?: never
          message?: never
          title?: never
          type?: never
          updated_at?: never
          user_id?: never
        }
        Update: {
          action_url?: never
          created_at?: never
          data?: never
          dedupe_key?: never
          from_user_id?: never
          id?: never
          in_app?: never
          is_read?: boolean
          may_push?: never
          message?: never
          title?: never
          type?: never
          updated_at?: never
          user_id?: never
        }
        Relationships: [
          {
            foreignKeyName: "notifications_from_profile_fkey"
            columns: ["from_user_id"]
            isOneToOne: false
            referencedRelation: "public_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "notifications_from_profile_fkey"
            columns: ["from_user_id"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "notifications_from_user_id_fkey"
            columns: ["from_user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "notifications_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      payments: {
        Row: {
          amount: number | null
          amount_tyiyn: number
          checks: number
          completed_at: string | null
          created_at: string
          currency: string
          description: string
          expires_at: string | null
          failure_reason: string | null
          id: string
          idempotency_key: string
          keep_card: boolean
          listing_id: string | null
          listing_limit: number | null
          metadata: NonNullable<Json>
          next_check_at: string | null
          offer_id: string | null
          overpaid_tyiyn: number
          paid_tyiyn: number
          payment_method: string
          payment_type: string
          period_days: number | null
          refunded_tyiyn: number
          review_reason: string | null
          state: string
          status: string
          subscription_id: string | null
          surplus_tyiyn: number
          tier: string | null
          transaction_id: string | null
          updated_at: string
          user_id: string
        }
        Insert: {
          amount?: never
          amount_tyiyn?: never
          checks?: never
          completed_at?: never
          created_at?: never
          currency?: never
          description?: never
          expires_at?: never
          failure_reason?: never
          id?: never
          idempotency_key?: never
          keep_card?: never
          listing_id?: never
          listing_limit?: never
          metadata?: never
          next_check_at?: never
          offer_id?: never
          overpaid_tyiyn?: never
          paid_tyiyn?: never
          payment_method?: never
          payment_type?: never
          period_days?: never
          refunded_tyiyn?: never
          review_reason?: never
          state?: never
          status?: never
          subscription_id?: never
          surplus_tyiyn?: never
          tier?: never
          transaction_id?: never
          updated_at?: never
          user_id?: never
        }
        Update: {
          amount?: never
          amount_tyiyn?: never
          checks?: never
          completed_at?: never
          created_at?: never
          currency?: never
          description?: never
          expires_at?: never
          failure_reason?: never
          id?: never
          idempotency_key?: never
          keep_card?: never
          listing_id?: never
          listing_limit?: never
          metadata?: never
          next_check_at?: never
          offer_id?: never
          overpaid_tyiyn?: never
          paid_tyiyn?: never
          payment_method?: never
          payment_type?: never
          period_days?: never
          refunded_tyiyn?: never
          review_reason?: never
          state?: never
          status?: never
          subscription_id?: never
          surplus_tyiyn?: never
          tier?: never
          transaction_id?: never
          updated_at?: never
          user_id?: never
        }
        Relationships: [
          {
            foreignKeyName: "payments_listing_id_fkey"
            columns: ["listing_id"]
            isOneToOne: false
            referencedRelation: "listings"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "payments_offer_id_fkey"
            columns: ["offer_id"]
            isOneToOne: false
            referencedRelation: "tier_offers"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "payments_subscription_id_fkey"
            columns: ["subscription_id"]
            isOneToOne: false
            referencedRelation: "subscriptions"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "payments_tier_fkey"
            columns: ["tier"]
            isOneToOne: false
            referencedRelation: "tiers"
            referencedColumns: ["code"]
          },
          {
            foreignKeyName: "payments_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      public_profiles: {
        Row: {
          avatar_url: string | null
          bio: string | null
          city: string | null
          created_at: string
          id: string
          is_verified: boolean
          name: string
          rating: number
          total_sales: number
          updated_at: string
        }
        Insert: {
          avatar_url?: never
          bio?: never
          city?: never
          created_at?: never
          id?: never
          is_verified?: never
          name?: never
          rating?: never
          total_sales?: never
          updated_at?: never
        }
        Update: {
          avatar_url?: never
          bio?: never
          city?: never
          created_at?: never
          id?: never
          is_verified?: never
          name?: never
          rating?: never
          total_sales?: never
          updated_at?: never
        }
        Relationships: [
          {
            foreignKeyName: "public_profiles_id_fkey"
            columns: ["id"]
            isOneToOne: true
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      real_estate_details: {
        Row: {
          address: string | null
          area: number | null
          created_at: string
          deal_type: string
          floor: number | null
          is_owner: boolean
          land_area: number | null
          listing_id: string
          property_type: string
          rooms: number | null
          total_floors: number | null
          updated_at: string
        }
        Insert: {
          address?: string | null
          area?: number | null
          created_at?: never
          deal_type?: string
          floor?: number | null
          is_owner?: boolean
          land_area?: number | null
          listing_id?: never
          property_type: string
          rooms?: number | null
          total_floors?: number | null
          updated_at?: never
        }
        Update: {
          address?: string | null
          area?: number | null
          created_at?: never
          deal_type?: string
          floor?: number | null
          is_owner?: boolean
          land_area?: number | null
          listing_id?: never
          property_type?: string
          rooms?: number | null
          total_floors?: number | null
          updated_at?: never
        }
        Relationships: [
          {
            foreignKeyName: "real_estate_details_listing_id_fkey"
            columns: ["listing_id"]
            isOneToOne: true
            referencedRelation: "listings"
            referencedColumns: ["id"]
          },
        ]
      }
      reports: {
        Row: {
          comment: string | null
          created_at: string
          id: string
          reason: string
          reported_user_id: string | null
          reporter_id: string
          status: string
          target_id: string
          target_type: string
        }
        Insert: {
          comment?: string | null
          created_at?: never
          id?: never
          reason: string
          reported_user_id?: string | null
          reporter_id: string
          status?: string
          target_id: string
          target_type: string
        }
        Update: {
          comment?: string | null
          created_at?: never
          id?: never
          reason?: string
          reported_user_id?: string | null
          reporter_id?: string
          status?: string
          target_id?: string
          target_type?: string
        }
        Relationships: [
          {
            foreignKeyName: "reports_reported_user_id_fkey"
            columns: ["reported_user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "reports_reporter_id_fkey"
            columns: ["reporter_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "reports_resolved_by_fkey"
            columns: ["resolved_by"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      saved_searches: {
        Row: {
          anchor: string | null
          created_at: string
          filter_hash: string
          frequency: string
          id: string
          key: string | null
          looked_at: string
          matched_until: string
          name: string
          query: NonNullable<Json>
          updated_at: string
          user_id: string
        }
        Insert: {
          anchor?: never
          created_at?: never
          filter_hash?: never
          frequency?: never
          id?: never
          key?: never
          looked_at?: never
          matched_until?: never
          name?: never
          query?: never
          updated_at?: never
          user_id?: never
        }
        Update: {
          anchor?: never
          created_at?: never
          filter_hash?: never
          frequency?: never
          id?: never
          key?: never
          looked_at?: never
          matched_until?: never
          name?: never
          query?: never
          updated_at?: never
          user_id?: never
        }
        Relationships: [
          {
            foreignKeyName: "saved_searches_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      subscription_periods: {
        Row: {
          activated_at: string
          created_at: string
          ends_at: string
          id: string
          listing_limit: number | null
          payment_id: string
          revoked_at: string | null
          starts_at: string
          subscription_id: string
          tier: string
          updated_at: string
        }
        Insert: {
          activated_at?: never
          created_at?: never
          ends_at?: never
          id?: never
          listing_limit?: never
          payment_id?: never
          revoked_at?: never
          starts_at?: never
          subscription_id?: never
          tier?: never
          updated_at?: never
        }
        Update: {
          activated_at?: never
          created_at?: never
          ends_at?: never
          id?: never
          listing_limit?: never
          payment_id?: never
          revoked_at?: never
          starts_at?: never
          subscription_id?: never
          tier?: never
          updated_at?: never
        }
        Relationships: [
          {
            foreignKeyName: "subscription_periods_payment_id_fkey"
            columns: ["payment_id"]
            isOneToOne: true
            referencedRelation: "payments"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "subscription_periods_subscription_id_fkey"
            columns: ["subscription_id"]
            isOneToOne: false
            referencedRelation: "subscriptions"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "subscription_periods_tier_fkey"
            columns: ["tier"]
            isOneToOne: false
            referencedRelation: "tiers"
            referencedColumns: ["code"]
          },
        ]
      }
      subscriptions: {
        Row: {
          auto_renew: boolean
          cancelled_at: string | null
          created_at: string
          ended_at: string | null
          expires_at: string
          grace_until: string | null
          id: string
          listing_limit: number | null
          next_tier: string | null
          reminded_days: number[]
          started_at: string
          status: string
          tier: string
          updated_at: string
          user_id: string
          version: number
        }
        Insert: {
          auto_renew?: never
          cancelled_at?: never
          created_at?: never
          ended_at?: never
          expires_at?: never
          grace_until?: never
          id?: never
          listing_limit?: never
          next_tier?: never
          reminded_days?: never
          started_at?: never
          status?: never
          tier?: never
          updated_at?: never
          user_id?: never
          version?: never
        }
        Update: {
          auto_renew?: never
          cancelled_at?: never
          created_at?: never
          ended_at?: never
          expires_at?: never
          grace_until?: never
          id?: never
          listing_limit?: never
          next_tier?: never
          reminded_days?: never
          started_at?: never
          status?: never
          tier?: never
          updated_at?: never
          user_id?: never
          version?: never
        }
        Relationships: [
          {
            foreignKeyName: "subscriptions_next_tier_fkey"
            columns: ["next_tier"]
            isOneToOne: false
            referencedRelation: "tiers"
            referencedColumns: ["code"]
          },
          {
            foreignKeyName: "subscriptions_tier_fkey"
            columns: ["tier"]
            isOneToOne: false
            referencedRelation: "tiers"
            referencedColumns: ["code"]
          },
          {
            foreignKeyName: "subscriptions_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      tier_offers: {
        Row: {
          amount_tyiyn: number
          approved_by: string | null
          created_at: string
          id: string
          listing_limit: number | null
          made_by: string
          note: string
          period_days: number
          tier: string
          updated_at: string
          user_id: string
          valid_until: string
          waits: boolean
          withdrawn_at: string | null
        }
        Insert: {
          amount_tyiyn?: never
          approved_by?: never
          created_at?: never
          id?: never
          listing_limit?: never
          made_by?: never
          note?: never
          period_days?: never
          tier?: never
          updated_at?: never
          user_id?: never
          valid_until?: never
          waits?: never
          withdrawn_at?: never
        }
        Update: {
          amount_tyiyn?: never
          approved_by?: never
          created_at?: never
          id?: never
          listing_limit?: never
          made_by?: never
          note?: never
          period_days?: never
          tier?: never
          updated_at?: never
          user_id?: never
          valid_until?: never
          waits?: never
          withdrawn_at?: never
        }
        Relationships: [
          {
            foreignKeyName: "tier_offers_approved_by_fkey"
            columns: ["approved_by"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "tier_offers_made_by_fkey"
            columns: ["made_by"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "tier_offers_tier_fkey"
            columns: ["tier"]
            isOneToOne: false
            referencedRelation: "tiers"
            referencedColumns: ["code"]
          },
          {
            foreignKeyName: "tier_offers_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      tiers: {
        Row: {
          app_code: string
          code: string
          created_at: string
          features: NonNullable<Json>
          id: string
          is_offered: boolean
          listings_per_month: number | null
          name_en: string
          name_ky: string
          name_ru: string
          period_days: number
          position: number
          price_tyiyn: number | null
          updated_at: string
        }
        Insert: {
          app_code?: never
          code?: never
          created_at?: never
          features?: never
          id?: never
          is_offered?: never
          listings_per_month?: never
          name_en?: never
          name_ky?: never
          name_ru?: never
          period_days?: never
          position?: never
          price_tyiyn?: never
          updated_at?: never
        }
        Update: {
          app_code?: never
          code?: never
          created_at?: never
          features?: never
          id?: never
          is_offered?: never
          listings_per_month?: never
          name_en?: never
          name_ky?: never
          name_ru?: never
          period_days?: never
          position?: never
          price_tyiyn?: never
          updated_at?: never
        }
        Relationships: []
      }
      user_behavior: {
        Row: {
          category: string | null
          created_at: string
          event_type: string
          id: string
          listing_id: string | null
          metadata: Json | null
          user_id: string
        }
        Insert: {
          category?: string | null
          created_at?: string
          event_type: string
          id?: never
          listing_id?: string | null
          metadata?: Json | null
          user_id: string
        }
        Update: {
          category?: string | null
          created_at?: string
          event_type?: string
          id?: never
          listing_id?: string | null
          metadata?: Json | null
          user_id?: string
        }
        Relationships: [
          {
            foreignKeyName: "user_behavior_listing_id_fkey"
            columns: ["listing_id"]
            isOneToOne: false
            referencedRelation: "listings"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "user_behavior_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      user_consents: {
        Row: {
          accepted_at: string
          address: unknown
          created_at: string
          ended_at: string | null
          ended_reason: string | null
          id: string
          marketing_accepted: boolean
          notifications_accepted: boolean
          privacy_version: string
          processing_version: string
          terms_version: string
          updated_at: string
          user_agent: string | null
          user_id: string
        }
        Insert: {
          accepted_at?: never
          address?: never
          created_at?: never
          ended_at?: never
          ended_reason?: never
          id?: never
          marketing_accepted?: never
          notifications_accepted?: never
          privacy_version?: never
          processing_version?: never
          terms_version?: never
          updated_at?: never
          user_agent?: never
          user_id?: never
        }
        Update: {
          accepted_at?: never
          address?: never
          created_at?: never
          ended_at?: never
          ended_reason?: never
          id?: never
          marketing_accepted?: never
          notifications_accepted?: never
          privacy_version?: never
          processing_version?: never
          terms_version?: never
          updated_at?: never
          user_agent?: never
          user_id?: never
        }
        Relationships: [
          {
            foreignKeyName: "user_consents_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      videos: {
        Row: {
          bytes: number | null
          checks: number
          content_type: string | null
          created_at: string
          delete_requested_at: string | null
          deleted_at: string | null
          duration_seconds: number | null
          failure_reason: string | null
          fallback_provider: string | null
          fallback_until: string | null
          fallback_video_id: string | null
          gone_at: string | null
          height: number | null
          id: string
          lasting_file_url: string | null
          lasting_hls_url: string | null
          lasting_player_url: string | null
          lasting_thumbnail_url: string | null
          listing_id: string | null
          next_check_at: string | null
          next_listing_id: string | null
          owner_user_id: string
          ownership: string
          projection: string
          provider: string
          provider_video_id: string | null
          ready_at: string | null
          replica_bytes: number | null
          replica_key: string | null
          replica_origin: string | null
          replica_sha256: string | null
          replicated_at: string | null
          sha256: string | null
          state: string
          title: string | null
          updated_at: string
          version: number
          width: number | null
        }
        Insert: {
          bytes?: never
          checks?: never
          content_type?: never
          created_at?: never
          delete_requested_at?: never
          deleted_at?: never
          duration_seconds?: never
          failure_reason?: never
          fallback_provider?: never
          fallback_until?: never
          fallback_video_id?: never
          gone_at?: never
          height?: never
          id?: never
          lasting_file_url?: never
          lasting_hls_url?: never
          lasting_player_url?: never
          lasting_thumbnail_url?: never
          listing_id?: never
          next_check_at?: never
          next_listing_id?: never
          owner_user_id?: never
          ownership?: never
          projection?: never
          provider?: never
          provider_video_id?: never
          ready_at?: never
          replica_bytes?: never
          replica_key?: never
          replica_origin?: never
          replica_sha256?: never
          replicated_at?: never
          sha256?: never
          state?: never
          title?: never
          updated_at?: never
          version?: never
          width?: never
        }
        Update: {
          bytes?: never
          checks?: never
          content_type?: never
          created_at?: never
          delete_requested_at?: never
          deleted_at?: never
          duration_seconds?: never
          failure_reason?: never
          fallback_provider?: never
          fallback_until?: never
          fallback_video_id?: never
          gone_at?: never
          height?: never
          id?: never
          lasting_file_url?: never
          lasting_hls_url?: never
          lasting_player_url?: never
          lasting_thumbnail_url?: never
          listing_id?: never
          next_check_at?: never
          next_listing_id?: never
          owner_user_id?: never
          ownership?: never
          projection?: never
          provider?: never
          provider_video_id?: never
          ready_at?: never
          replica_bytes?: never
          replica_key?: never
          replica_origin?: never
          replica_sha256?: never
          replicated_at?: never
          sha256?: never
          state?: never
          title?: never
          updated_at?: never
          version?: never
          width?: never
        }
        Relationships: [
          {
            foreignKeyName: "videos_listing_id_fkey"
            columns: ["listing_id"]
            isOneToOne: false
            referencedRelation: "listings"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "videos_next_listing_id_fkey"
            columns: ["next_listing_id"]
            isOneToOne: false
            referencedRelation: "listings"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "videos_owner_user_id_fkey"
            columns: ["owner_user_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
    }
    Views: {
      users: {
        Row: {
          avatar_url: string | null
          bio: string | null
          city: string | null
          created_at: string | null
          email: string | null
          expo_push_token: string | null
          free_limit: number | null
          id: string | null
          is_blocked: boolean | null
          is_verified: boolean | null
          language: string | null
          last_login_at: string | null
          last_seen: string | null
          name: string | null
          paid_slots: number | null
          phone: string | null
          rating: number | null
          role: string | null
          total_sales: number | null
          updated_at: string | null
        }
        Insert: {
          avatar_url?: string | null
          bio?: string | null
          city?: string | null
          created_at?: never
          email?: never
          expo_push_token?: string | null
          free_limit?: never
          id?: never
          is_blocked?: never
          is_verified?: never
          language?: string | null
          last_login_at?: never
          last_seen?: never
          name?: string | null
          paid_slots?: never
          phone?: never
          rating?: never
          role?: never
          total_sales?: never
          updated_at?: never
        }
        Update: {
          avatar_url?: string | null
          bio?: string | null
          city?: string | null
          created_at?: never
          email?: never
          expo_push_token?: string | null
          free_limit?: never
          id?: never
          is_blocked?: never
          is_verified?: never
          language?: string | null
          last_login_at?: never
          last_seen?: never
          name?: string | null
          paid_slots?: never
          phone?: never
          rating?: never
          role?: never
          total_sales?: never
          updated_at?: never
        }
        Relationships: [
          {
            foreignKeyName: "public_profiles_id_fkey"
            columns: ["id"]
            isOneToOne: true
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
        ]
      }
    }
    Functions: {
      [_ in never]: never
    }
    Enums: {
      [_ in never]: never
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
}

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] &
        DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] &
        DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R
      }
      ? R
      : never
    : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I
      }
      ? I
      : never
    : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U
      }
      ? U
      : never
    : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends (DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never) = never,
> = DefaultSchemaEnumNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
    : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends (PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never) = never,
> = PublicCompositeTypeNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
    : never

export const Constants = {
  public: {
    Enums: {},
  },
} as const
